import { Logger, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';

/** Newline-delimited JSON: a value a line. */
export const NDJSON_MEDIA_TYPE = 'application/x-ndjson';

const logger = new Logger('Ndjson');

/**
 * An answer of a line for each item, written no faster than the client reads. When the client goes away, the items are
 * ended. An error among them cuts the connection, for the status is sent already: only a whole answer ends as one.
 */
export function ndjson(items: AsyncIterable<unknown>, requestId: string): StreamableFile {
  const iterator = items[Symbol.asyncIterator]();
  const lines = new Readable({
    read() {
      iterator.next().then(
        ({ done, value }) => this.push(done ? null : `${JSON.stringify(value)}\n`),
        (error: Error) => {
          // Whoever has left is no news.
          if (!this.destroyed) logger.warn({ err: error, requestId }, 'An answer broke off.');
          this.destroy(error);
        },
      );
    },
    destroy(error, callback) {
      Promise.resolve(iterator.return?.()).then(() => callback(error), callback);
    },
  });
  return new StreamableFile(lines, { type: NDJSON_MEDIA_TYPE });
}

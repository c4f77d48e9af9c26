import { Logger, StreamableFile } from '@nestjs/common';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';

/** Newline-delimited JSON: one value per line. */
export const NDJSON_MEDIA_TYPE = 'application/x-ndjson';

const logger = new Logger('Ndjson');

/**
 * A response with one line per item, written no faster than the client reads. The iterator is closed when the client
 * disconnects. An error in the iterator aborts the connection, because the status is already sent, so that a
 * client notices that the response is incomplete.
 */
export function ndjson(items: AsyncIterable<unknown>, requestId: string): StreamableFile {
  const iterator = items[Symbol.asyncIterator]();
  // The client's reading would call it outside of the context of the request.
  const inContext = AsyncLocalStorage.snapshot();
  const lines = new Readable({
    read() {
      inContext(() => iterator.next()).then(
        ({ done, value }) => this.push(done ? null : `${JSON.stringify(value)}\n`),
        (error: Error) => {
          if (!this.destroyed) logger.warn({ err: error, requestId }, 'response stream aborted');
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

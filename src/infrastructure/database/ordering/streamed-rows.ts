import { once, type EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { DataSource, QueryRunner } from 'typeorm';
import { toPortError } from '../driver-errors';

/** What pg-query-stream answers. */
interface QueryStream extends Readable {
  readonly cursor: EventEmitter;
}

/**
 * The rows of a statement as they come, read no faster than they are asked for. They have a connection of their own, which
 * goes back to the pool when the rows end: at the last one, at an error, at `return()`, and after `query_timeout` also when
 * nobody asks for more.
 */
export class StreamedRows<Row, View> implements AsyncIterableIterator<View> {
  private constructor(
    private readonly stream: Readable,
    private readonly rows: AsyncIterator<Row>,
    private readonly toView: (row: Row) => View,
    /** Read before anybody asks, so that a statement that fails at once fails before there is an answer. */
    private first: IteratorResult<Row> | undefined,
  ) {}

  /** Resolves when the first row is there, or it is known that there is none. Rejects with a {@link PortError}. */
  static async open<Row, View>(
    dataSource: DataSource,
    sql: string,
    parameters: unknown[],
    toView: (row: Row) => View,
  ): Promise<StreamedRows<Row, View>> {
    const runner = dataSource.createQueryRunner('master');
    try {
      const client = (await runner.connect()) as EventEmitter;
      const stream = (await runner.stream(sql, parameters)) as unknown as QueryStream;
      endWithConnection(stream, client);
      releaseAtEnd(stream, runner);
      const rows = stream[Symbol.asyncIterator]() as AsyncIterator<Row>;
      return new StreamedRows(stream, rows, toView, await rows.next());
    } catch (error) {
      await runner.release();
      throw toPortError(error);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<View>> {
    try {
      const row = this.first ?? (await this.rows.next());
      this.first = undefined;
      return row.done ? { done: true, value: undefined } : { done: false, value: this.toView(row.value) };
    } catch (error) {
      this.stream.destroy();
      throw toPortError(error);
    }
  }

  async return(): Promise<IteratorResult<View>> {
    if (!this.stream.closed) {
      this.stream.destroy();
      await once(this.stream, 'close');
    }
    return { done: true, value: undefined };
  }
}

function releaseAtEnd(stream: QueryStream, runner: QueryRunner): void {
  // Heard here, since the rows that are asked for next may never be.
  stream.cursor.once('error', (error: Error) => stream.destroy(error));
  stream.once('error', () => undefined).once('close', () => void runner.release());
}

/** pg-query-stream ends when the server is ready for more: never, once the connection is lost. */
function endWithConnection(stream: Readable, client: EventEmitter): void {
  const lost = new Promise<Error>((resolve) => {
    const tell = (): void => resolve(new Error('Connection terminated while its rows were read'));
    client.once('end', tell);
    stream.once('close', () => client.off('end', tell));
  });
  const destroy = stream._destroy.bind(stream);
  stream._destroy = (reason, callback) => {
    const ended = new Promise<Error | null | undefined>((resolve) => destroy(reason, resolve));
    void Promise.race([ended, lost.then((error) => reason ?? error)]).then(callback);
  };
}

import { once, type EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { DataSource, QueryRunner } from 'typeorm';
import { toPortError } from '../driver-errors';

/** The stream of pg-query-stream, with a property that its types do not declare. */
interface QueryStream extends Readable {
  readonly cursor: EventEmitter;
}

/**
 * Streams the rows of a statement, with backpressure. The stream has its own connection, which returns to the pool after the
 * last row, after an error, at `return()`, and after `query_timeout` if the consumer stops reading.
 */
export class StreamedRows<Row, View> implements AsyncIterableIterator<View> {
  private constructor(
    private readonly stream: Readable,
    private readonly rows: AsyncIterator<Row>,
    private readonly toView: (row: Row) => View,
    /** Read in advance, so that a statement that fails immediately fails before the response starts. */
    private first: IteratorResult<Row> | undefined,
  ) {}

  /** Resolves when the first row has arrived, or the result is empty. @throws PortError */
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
  // Handled here, because the consumer may never ask for the next row.
  stream.cursor.once('error', (error: Error) => stream.destroy(error));
  stream.once('error', () => undefined).once('close', () => void runner.release());
}

/** pg-query-stream waits for ReadyForQuery before it ends, which never arrives once the connection is lost. */
function endWithConnection(stream: Readable, client: EventEmitter): void {
  const lost = new Promise<Error>((resolve) => {
    const onEnd = (): void => resolve(new Error('Connection terminated while its rows were read'));
    client.once('end', onEnd);
    stream.once('close', () => client.off('end', onEnd));
  });
  const destroy = stream._destroy.bind(stream);
  stream._destroy = (reason, callback) => {
    const ended = new Promise<Error | null | undefined>((resolve) => destroy(reason, resolve));
    void Promise.race([ended, lost.then((error) => reason ?? error)]).then(callback);
  };
}

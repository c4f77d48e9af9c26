import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import type { QueryRunner } from 'typeorm';
import { monotonicNow } from './clock';
import { replaceMethod } from './method-replacement';
import type { Probe } from './probe';
import type { StatementEnds } from './statement-ends';
import { end as endOf } from './timeline';

/**
 * Times `queryRunner.stream()`, for which TypeORM sends no events, from its start until the last row has come, an
 * error, or the stream is closed early. It only watches: the caller gets the very promise and stream of the driver.
 */
export const streamProbe: Probe = (dataSource, ends) => {
  let attached = true;

  /** On each runner, instead of the method of its class. */
  function stream(this: QueryRunner, ...args: Parameters<QueryRunner['stream']>): Promise<Readable> {
    const ofClass = Object.getPrototypeOf(this) as QueryRunner;
    const started = ofClass.stream.apply(this, args) as Promise<Readable>;
    if (!attached) return started;
    started.then(
      (readable) => watch(readable, this, args[0], args[1], ends),
      () => undefined, // It has not reached the server: the pool or the runner refused.
    );
    return started;
  }

  const restore = replaceMethod(
    dataSource.driver,
    'createQueryRunner',
    (original) =>
      function (this: unknown, mode) {
        const runner = original.call(this, mode);
        if (attached) runner.stream = stream as QueryRunner['stream'];
        return runner;
      },
  );
  return () => {
    attached = false;
    restore();
  };
};

/** The reader has had enough, which is no failure of the statement. */
function isEarlyClose(error: Error & { code?: unknown }): boolean {
  return error.code === 'ABORT_ERR' || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function watch(stream: Readable, runner: QueryRunner, sql: string, parameters: unknown, ends: StatementEnds): void {
  const { observer } = ends;
  try {
    if (typeof stream?.push !== 'function' || typeof stream.on !== 'function') return;
    // The stream is what tells this statement from equal ones on the same runner.
    const timeline = ends.timelines.begin({ queryRunner: runner, query: sql, parameters: stream }, monotonicNow());
    let rows = 0;
    let firstRow: number | undefined;
    let ended = false;

    const end = (failed: boolean, error: unknown) => {
      if (ended) return;
      ended = true;
      try {
        const now = monotonicNow();
        const statement = endOf(timeline, sql, stream);
        if (statement === undefined) return;
        const firstRowSeconds = firstRow === undefined ? undefined : (firstRow - statement.start) / 1000;
        ends.add(timeline, statement, parameters, now, failed, error, undefined, { firstRowSeconds, rows });
      } catch {
        observer.probeFailed('stream_probe');
      }
    };

    // Listening for data would start the flow; every row passes through push.
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) {
        end(false, undefined);
      } else {
        rows++;
        firstRow ??= monotonicNow();
      }
      return push(chunk, encoding);
    };
    // The monitor sees an error without counting as somebody who handles it.
    stream.on(errorMonitor, (error: Error) => (isEarlyClose(error) ? end(false, undefined) : end(true, error)));
    stream.on('close', () => end(false, undefined));
  } catch {
    observer.probeFailed('stream_probe');
  }
}

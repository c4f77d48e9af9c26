import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import type { QueryRunner } from 'typeorm';
import { monotonicNow } from '../globals';
import { replaceMethod } from './method-replacement';
import type { Probe } from './probe';
import type { StatementCompletion } from './statement-completion';
import { end as endOf } from './timeline';

/**
 * Times `queryRunner.stream()`, for which TypeORM sends no events, from its start until the last row, an error or an
 * early close. It only observes: the caller receives the driver's own promise and stream.
 */
export const streamProbe: Probe = (dataSource, completion) => {
  let attached = true;

  /** Set on each runner, in front of the method of its class. */
  function stream(this: QueryRunner, ...args: Parameters<QueryRunner['stream']>): Promise<Readable> {
    const prototype = Object.getPrototypeOf(this) as QueryRunner;
    const started = prototype.stream.apply(this, args) as Promise<Readable>;
    if (!attached) return started;
    started.then(
      (readable) => observe(readable, this, args[0], args[1], completion),
      () => undefined, // It has not reached the server: the pool or the runner rejected it.
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

/** The reader stopped early, which is not a failure of the statement. */
function isEarlyClose(error: Error & { code?: unknown }): boolean {
  return error.code === 'ABORT_ERR' || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function observe(
  stream: Readable,
  runner: QueryRunner,
  sql: string,
  parameters: unknown,
  completion: StatementCompletion,
): void {
  const { observer } = completion;
  try {
    if (typeof stream?.push !== 'function' || typeof stream.on !== 'function') return;
    // The stream stands in for the parameters: it distinguishes this statement from equal ones on the same runner.
    const timeline = completion.timelines.begin(
      { queryRunner: runner, query: sql, parameters: stream },
      monotonicNow(),
    );
    let rows = 0;
    let firstRowAt: number | undefined;
    let ended = false;

    const end = (failed: boolean, error: unknown) => {
      if (ended) return;
      ended = true;
      try {
        const now = monotonicNow();
        const statement = endOf(timeline, sql, stream);
        if (statement === undefined) return;
        const firstRow = firstRowAt === undefined ? undefined : firstRowAt - statement.start;
        completion.complete(timeline, statement, {
          parameters,
          end: now,
          failed,
          error,
          result: undefined,
          stream: { firstRow, rows },
        });
      } catch (error) {
        observer.probeFailed('stream_probe', error);
      }
    };

    // A listener for data would start the flow; every row passes through push.
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) {
        end(false, undefined);
      } else {
        rows++;
        firstRowAt ??= monotonicNow();
      }
      return push(chunk, encoding);
    };
    // errorMonitor sees an error without counting as a handler of it.
    stream.on(errorMonitor, (error: Error) => (isEarlyClose(error) ? end(false, undefined) : end(true, error)));
    stream.on('close', () => end(false, undefined));
  } catch (error) {
    observer.probeFailed('stream_probe', error);
  }
}

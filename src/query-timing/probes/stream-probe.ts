import { AsyncResource } from 'node:async_hooks';
import type { QueryRunner } from 'typeorm';
import { hasPool } from './availability';
import { noteCall } from './call-probe';
import type { Probe } from './probe';
import { connectedRunner, driverOf, replaceRunnerMethod } from './runner-class';
import type { StatementCompletion } from './statement-completion';
import { observeStream, type ResultStream } from './stream-observation';

type Stream = QueryRunner['stream'];

/** What each observed DataSource reports to, by its driver. */
const completions = new WeakMap<object, StatementCompletion>();

/** Streams that have been observed: a replacement that could not be removed may lie under a later one. */
const observed = new WeakSet<object>();

/**
 * Times `queryRunner.stream()`, for which TypeORM sends no events, from its start until the last row, an error or an
 * early close. It only observes: the caller receives the driver's own promise and stream.
 */
export const streamProbe: Probe = (dataSource, completion) => {
  const { driver } = dataSource;
  const restore = hasPool(dataSource) ? replaceRunnerMethod(dataSource, 'stream', observing) : undefined;
  if (restore === undefined) return () => undefined;
  completions.set(driver, completion);
  return () => {
    completions.delete(driver);
    restore();
  };
};

const observing = (original: Stream): Stream => {
  const stream = function (this: QueryRunner, ...args: Parameters<Stream>) {
    noteCall(this, args[0], args[1], stream);
    const started: Promise<ResultStream> = original.apply(this, args);
    const completion = completions.get(driverOf(this));
    if (completion !== undefined) observeStarted(started, this, args[0], args[1], completion);
    return started;
  };
  return stream as Stream;
};

function observeStarted(
  started: Promise<ResultStream>,
  runner: QueryRunner,
  sql: unknown,
  parameters: unknown,
  completion: StatementCompletion,
): void {
  try {
    // The rows arrive in the context of the connection, which belongs to whichever request opened it.
    const resource = new AsyncResource('QueryTimingStream');
    const inContext = (work: () => void) => resource.runInAsyncScope(work);
    const scope = completion.scopes?.current();
    started.then(
      (stream) => {
        if (typeof stream !== 'object' || stream === null || observed.has(stream)) return;
        observed.add(stream);
        observeStream(stream, { runner: connectedRunner(runner), sql, parameters, scope, inContext }, completion);
      },
      () => undefined, // It has not reached the server: the pool or the runner rejected it.
    );
  } catch (error) {
    completion.observer.probeFailed('stream_probe', error);
  }
}

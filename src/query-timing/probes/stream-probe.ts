import { AsyncResource } from 'node:async_hooks';
import type { DataSource, QueryRunner } from 'typeorm';
import { hasPool } from './availability';
import { replaceMethod } from './method-replacement';
import type { Probe } from './probe';
import type { StatementCompletion } from './statement-completion';
import { observeStream, type ResultStream } from './stream-observation';

type Stream = QueryRunner['stream'];

/** What each observed DataSource reports to, by its driver. */
const completions = new WeakMap<object, StatementCompletion>();

/** The classes of query runners whose `stream()` is replaced, and how many DataSources need that. */
const replaced = new Map<object, { users: number; restore: () => void }>();

/** Streams that have been observed: a replacement that could not be removed may lie under a later one. */
const observed = new WeakSet<object>();

/**
 * Times `queryRunner.stream()`, for which TypeORM sends no events, from its start until the last row, an error or an
 * early close. It only observes: the caller receives the driver's own promise and stream.
 *
 * The method is replaced once in the class of the query runners and not on each of them: that costs queries nothing, and
 * whatever another library puts on a query runner stays there.
 */
export const streamProbe: Probe = (dataSource, completion) => {
  const { driver } = dataSource;
  const runnerClass = hasPool(dataSource) ? runnerClassOf(dataSource) : undefined;
  if (runnerClass === undefined) return () => undefined;
  completions.set(driver, completion);
  const use = replaced.get(runnerClass) ?? { users: 0, restore: replaceMethod(runnerClass, 'stream', observing) };
  use.users++;
  replaced.set(runnerClass, use);
  return () => {
    completions.delete(driver);
    if (--use.users > 0) return;
    replaced.delete(runnerClass);
    use.restore();
  };
};

const observing = (original: Stream): Stream =>
  function (this: QueryRunner, ...args) {
    const started: Promise<ResultStream> = original.apply(this, args);
    const completion = completions.get(driverOf(this));
    if (completion !== undefined) observeStarted(started, this, args[0], args[1], completion);
    return started;
  } as Stream;

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

/** The class that a driver's query runners are instances of. Drivers create a query runner without a connection. */
function runnerClassOf({ driver }: DataSource): QueryRunner | undefined {
  try {
    let prototype = Object.getPrototypeOf(driver.createQueryRunner('master')) as QueryRunner | null;
    // Between a query runner and its class there may be another one that a library derived it from.
    while (prototype !== null && !Object.hasOwn(prototype, 'constructor')) {
      prototype = Object.getPrototypeOf(prototype) as QueryRunner | null;
    }
    return typeof prototype?.stream === 'function' ? prototype : undefined;
  } catch {
    return undefined;
  }
}

function driverOf(runner: unknown): object {
  return (runner as { driver: object }).driver;
}

/** The query runner that TypeORM's events name, if this one is derived from it. */
function connectedRunner(runner: QueryRunner): object {
  return (runner as unknown as { broadcaster?: { queryRunner?: object } }).broadcaster?.queryRunner ?? runner;
}

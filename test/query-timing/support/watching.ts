import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { installQueryTiming, type CompletedQuery, type InstallOptions } from '../../../src/query-timing/core';
import { sample } from './exposition';
import { recordingLogger } from './recording-logger';

export type Watched = Awaited<ReturnType<ReturnType<typeof watching>>>;

/**
 * For the tests of one file.
 * @param dataSource a closed one, with options of the test
 * @returns a function that opens one until the end of the test, and everything that its timing has seen
 */
export function watching(dataSource: (more: object) => DataSource) {
  const open: DataSource[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.destroy();
  });
  return async (more: object = {}, options: InstallOptions = {}) => {
    const seen: CompletedQuery[] = [];
    const registry = new Registry();
    const logger = recordingLogger();
    const opened = await dataSource(more).initialize();
    open.push(opened);
    const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
    const timing = installQueryTiming(opened, { logger, registry, sinks, ...options });
    const metric = (name: string, labels?: Record<string, string>) => sample(registry, name, labels);
    return { seen, dataSource: opened, timing, logger, metric };
  };
}

/** The message of the error; `ok` if it did not fail. */
export const refused = (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => 'ok').catch((error: Error) => error.message);

/** @param sleep a statement that sleeps for 50 ms */
export async function expectWaitsApart({ seen, dataSource, metric }: Watched, sleep: string): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const started = performance.now();
  await Promise.all(Array.from({ length: 3 }, () => runner.query(sleep)));
  const elapsed = (performance.now() - started) / 1000;
  await runner.release();
  const [a, b, c] = seen as [CompletedQuery, CompletedQuery, CompletedQuery];
  expect(a.queuedSeconds).toBe(0);
  // The first sleep began when all three were started, or shortly before.
  expect(b.queuedSeconds).toBeGreaterThan(0.04);
  expect(c.queuedSeconds).toBeGreaterThan(b.queuedSeconds + 0.04);
  expect(a.seconds + b.seconds + c.seconds).toBeLessThanOrEqual(elapsed);
  expect(await metric('db_query_queue_seconds_count')).toBe(2);
}

import { PassThrough } from 'node:stream';
import { installQueryTiming } from '../../../src/query-timing/core';
import { Feed } from '../../../src/query-timing/page/feed';
import type { PageMessage } from '../../../src/query-timing/page/messages';
import type { ServerStatements } from '../../../src/query-timing/index';
import type { PageResponse } from '../../../src/query-timing/page/http';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub, stubDataSource } from '../support/stub-postgres';

/** A connection whose other end reads only if the test does. */
class Connection extends PassThrough {
  headersSent = true;
  writeHead() {
    return this;
  }
}
const aConnection = () => new Connection({ highWaterMark: 1 }) as Connection & PageResponse;

interface OpenFeed extends Pick<Feed, 'watch' | 'end' | 'isFull'> {
  readonly stop: (() => void) | undefined;
  tick(): void;
}

function aFeed(maxWatchers = 2) {
  const timing = installQueryTiming(stubDataSource(), { logger: recordingLogger() });
  return new Feed([timing.view()], maxWatchers) as unknown as OpenFeed;
}

it('has a timer while someone watches, and none before and after', async () => {
  const feed = aFeed();
  expect(feed.stop).toBeUndefined();
  const connections = [aConnection(), aConnection()];
  for (const connection of connections) feed.watch(connection);
  expect([feed.stop, feed.isFull]).toEqual([expect.any(Function), true]);
  for (const connection of connections) {
    const closed = new Promise((resolve) => connection.once('close', resolve));
    connection.destroy();
    await closed;
  }
  expect([feed.stop, feed.isFull]).toEqual([undefined, false]);
});

it('drops a watcher that does not read, and keeps one that does', () => {
  const feed = aFeed();
  const [reading, silent] = [aConnection(), aConnection()];
  reading.resume();
  Object.defineProperty(reading, 'writableLength', { value: 0 });
  feed.watch(reading);
  feed.watch(silent);
  for (let second = 0; second < 10; second++) feed.tick();
  expect([reading.destroyed, silent.destroyed]).toEqual([false, true]);
  feed.end();
});

it('sends the figures of the server when they have been read, and null when there are none any more', async () => {
  const timing = installQueryTiming(stubDataSource(), { logger: recordingLogger() });
  const none = { reason: 'off', since: undefined, statements: [], others: [], notes: [] };
  const figures = { calls: 9, meanMs: 2, share: 1, rows: 3, blocksHit: 1, blocksRead: 0, planningMs: 1, walBytes: 0 };
  const server = { ...figures, statement: 'SELECT a FROM teas', entries: 1, rowsExamined: undefined };
  const own = {
    statement: 'SELECT a FROM teas',
    fingerprint: 'f',
    calls: 1,
    meanMs: 5,
    share: 1,
    server,
    outsideMs: 2,
  };
  const some = { ...none, statements: [own], others: [{ ...server, statement: 'SELECT b FROM teas' }], notes: ['why'] };
  const responses: (ServerStatements | Error)[] = [
    { ...some, source: 'pg_stat_statements' },
    { ...none, source: undefined },
    new Error('a fault'),
  ];
  let asked = 0;
  const read = () => {
    const response = responses[asked++]!;
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  };
  const feed = new Feed([{ ...timing.view(), server: read }], 2) as unknown as OpenFeed;
  const received: PageMessage[] = [];
  /** Opens the page, waits until it has read, and closes it. */
  const visit = async () => {
    const connection = aConnection();
    connection.on('data', (chunk: Buffer) => {
      received.push(JSON.parse(chunk.toString().replace(/^data: /, '')) as PageMessage);
    });
    feed.watch(connection);
    for (let second = 0; second < 3; second++) {
      feed.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const closed = new Promise((resolve) => connection.once('close', resolve));
    connection.destroy();
    await closed;
  };
  for (let visits = 0; visits < 3; visits++) await visit();
  feed.end();
  expect(asked).toBe(3);
  const shown = received.map(({ sources }) => sources[0]!.server).map((one) => one && one.statements.length);
  // Each time the complete message, and then one per second.
  expect(shown).toEqual([
    null,
    undefined,
    2,
    undefined,
    2,
    undefined,
    null,
    undefined,
    null,
    undefined,
    undefined,
    undefined,
  ]);
  const [first, second] = received[2]!.sources[0]!.server!.statements;
  expect(first).toEqual({ ...own, server: figures });
  expect(second).toEqual({ fingerprint: '', statement: 'SELECT b FROM teas', server: figures });
});

it('sends the plan of a statement once, and again when there is a newer one', async () => {
  const dataSource = await initializedStub();
  const timing = installQueryTiming(dataSource, { logger: recordingLogger() });
  await dataSource.query('SELECT a FROM teas');
  const plan = {
    summary: 'scan',
    nodes: [],
    findings: [],
    cost: 1,
    basis: 'any values',
    capturedAt: '2026-01-31T12:00:00Z',
  };
  let current = plan;
  const feed = new Feed([{ ...timing.view(), planOf: () => current }], 1) as unknown as OpenFeed;
  const connection = aConnection();
  const received: string[] = [];
  connection.on('data', (chunk: Buffer) => received.push(chunk.toString()));
  feed.watch(connection);
  feed.tick();
  feed.tick();
  current = { ...plan, capturedAt: '2026-01-31T13:00:00Z' };
  feed.tick();
  await new Promise((resolve) => setImmediate(resolve));
  feed.end();
  const messages = received.map((text) => JSON.parse(text.replace(/^data: /, '')) as PageMessage);
  const times = messages.map(({ sources }) => sources[0]!.plans.map((row) => row.plan.capturedAt));
  expect(times).toEqual([[plan.capturedAt], [plan.capturedAt], [], [current.capturedAt]]);
});

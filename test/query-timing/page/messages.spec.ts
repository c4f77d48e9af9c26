import { once } from 'node:events';
import { installQueryTiming } from '../../../src/query-timing/core';
import { Feed } from '../../../src/query-timing/page/feed';
import { StatementJournal } from '../../../src/query-timing/page/statement-journal';
import type { ServerStatements } from '../../../src/query-timing/index';
import type { PageMessage } from '../../../src/query-timing/page/messages';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub, stubDataSource } from '../support/stub-postgres';
import { aConnection, feedOf, messageIn } from './support/feeds';

it('sends the figures of the server when they have been read, and the last ones with a note while there are none', async () => {
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
    poolMs: 3,
    queuedMs: 0,
  };
  const others = ['SELECT b FROM teas', `SELECT ${'b, '.repeat(500)}b FROM teas`];
  const some = {
    ...none,
    statements: [own],
    others: others.map((statement) => ({ ...server, statement })),
    notes: ['why'],
  };
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
  const feed = feedOf({ ...timing.view(), server: read });
  const received: PageMessage[] = [];
  /** Opens the page, waits until it has read, and closes it. */
  const visit = async () => {
    const connection = aConnection();
    connection.on('data', (chunk: Buffer) => {
      received.push(messageIn(chunk));
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
  expect(shown).toEqual([null, undefined, 3, undefined, 3, undefined, 3, undefined, 3, undefined, 3, undefined]);
  const notes = received.flatMap(({ sources }) => sources[0]!.server?.notes.join(' / ') ?? []);
  expect(notes).toEqual([
    'why',
    'why',
    'No newer figures: off / why',
    'No newer figures: off / why',
    'No newer figures: The figures of the server could not be read. / why',
  ]);
  const [first, second, long] = received[2]!.sources[0]!.server!.statements;
  expect(first).toEqual({ ...own, server: figures });
  expect(second).toEqual({ fingerprint: '', statement: 'SELECT b FROM teas', server: figures });
  expect(long!.statement.length).toBeLessThan(1_010);
});

it('numbers DataSources with the same name', async () => {
  const views = ['default', 'default', 'other'].map((name) =>
    installQueryTiming(stubDataSource(), { name, logger: recordingLogger() }).view(),
  );
  const feed = new Feed(views, 1);
  const connection = aConnection();
  feed.watch(connection);
  const [chunk] = (await once(connection, 'data')) as [Buffer];
  expect(messageIn(chunk).sources.map(({ name }) => name)).toEqual(['default', 'default (2)', 'other']);
  feed.end();
});

it('keeps what failed once in a flood of lost connections', async () => {
  const dataSource = await initializedStub(() => Promise.reject(new Error('a fault')));
  const timing = installQueryTiming(dataSource, { logger: recordingLogger() });
  const journal = new StatementJournal();
  timing.view().add(journal, 'journal');
  await dataSource.query('SELECT a FROM teas').catch(() => undefined);
  for (let i = 0; i < 200; i++) journal.recordConnectionLost('connection');
  const errors = journal.errors.after(0);
  expect([errors.length, errors[0]!.statement, errors.at(-1)!.id]).toEqual([50, 'SELECT a FROM teas', 201]);
});

it('has what a watcher knows, in the first message, also in a later second', async () => {
  const dataSource = await initializedStub();
  const timing = installQueryTiming(dataSource, { logger: recordingLogger() });
  const feed = feedOf(timing.view());
  const totals: number[] = [];
  const watch = async () => {
    const connection = aConnection();
    feed.watch(connection);
    const [chunk] = (await once(connection, 'data')) as [Buffer];
    totals.push(messageIn(chunk).sources[0]!.summary.totalQueries);
    connection.resume();
  };
  await watch();
  await dataSource.query('SELECT a FROM teas');
  feed.tick();
  await watch();
  feed.end();
  expect(totals).toEqual([0, 1]);
});

it('sends the plan of a slow statement that is not among the slowest', async () => {
  const dataSource = await initializedStub();
  const timing = installQueryTiming(dataSource, { slowQueryThresholdMs: 0, logger: recordingLogger() });
  const plan = { summary: 'scan', nodes: [], findings: [], cost: 1, basis: 'any', capturedAt: '2026-01-31T12:00:00Z' };
  const summary = () => ({ ...timing.getSummary(), slowestQueries: [] });
  const feed = feedOf({ ...timing.view(), summary, planOf: () => plan }, 1);
  await dataSource.query('SELECT a FROM teas');
  timing.getSummary();
  const connection = aConnection();
  feed.watch(connection);
  const [chunk] = (await once(connection, 'data')) as [Buffer];
  expect(messageIn(chunk).sources[0]!.plans).toMatchObject([{ plan: { summary: 'scan' } }]);
  feed.end();
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
  const feed = feedOf({ ...timing.view(), planOf: () => current }, 1);
  const connection = aConnection();
  const messages: PageMessage[] = [];
  connection.on('data', (chunk: Buffer) => messages.push(messageIn(chunk)));
  feed.watch(connection);
  feed.tick();
  feed.tick();
  current = { ...plan, capturedAt: '2026-01-31T13:00:00Z' };
  feed.tick();
  await new Promise((resolve) => setImmediate(resolve));
  feed.end();
  const times = messages.map(({ sources }) => sources[0]!.plans.map((row) => row.plan.capturedAt));
  expect(times).toEqual([[plan.capturedAt], [plan.capturedAt], [], [current.capturedAt]]);
});

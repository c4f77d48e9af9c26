import { Readable } from 'node:stream';
import { Query } from 'pg';
import QueryStream from 'pg-query-stream';
import { textOf } from '../../../src/query-timing/probes/statement-text';
import { installQueryTiming, type CompletedQuery, type InstallOptions } from '../../../src/query-timing/core';
import { Registry } from 'prom-client';
import { sample } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub } from '../support/stub-postgres';

const throwing = (property: string) =>
  Object.defineProperty({}, property, {
    get: () => {
      throw new Error('a getter');
    },
  });

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const foreign: readonly (readonly [string, unknown, string])[] = [
  ["pg's configuration", { text: 'SELECT 1', rowMode: 'array' }, 'SELECT 1'],
  ["mysql2's options", { sql: 'SELECT 1', timeout: 100 }, 'SELECT 1'],
  ['a frozen object', Object.freeze({ text: 'SELECT 1' }), 'SELECT 1'],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { sql: 'SELECT 1' }), 'SELECT 1'],
  [
    'an object with getters in its class',
    new (class {
      get text() {
        return 'SELECT 1';
      }
    })(),
    'SELECT 1',
  ],
  ['a query of pg', new Query('SELECT 1'), 'SELECT 1'],
  ['a cursor of pg', (new QueryStream('SELECT 1') as unknown as { cursor: object }).cursor, 'SELECT 1'],
  ['a stream of pg', new QueryStream('SELECT 1'), 'SELECT 1'],
  ['a String object', new String('SELECT 1'), 'SELECT 1'],
  ['a String object as text', { text: new String('SELECT 1') }, 'SELECT 1'],
  ['a text in an object of another stream', Object.assign(new Readable(), { sql: 'SELECT 1' }), 'SELECT 1'],
  ['undefined', undefined, ''],
  ['null', null, ''],
  ['a number', 1, ''],
  ['a symbol', Symbol('SELECT 1'), ''],
  ['a Buffer', Buffer.from('SELECT 1'), ''],
  ['an array', ['SELECT 1'], ''],
  ['a prepared statement by name', { name: 'known', values: [1] }, ''],
  ['a text of another type', { text: 1, sql: {} }, ''],
  ['an object with toString()', { toString: () => 'SELECT 1' }, ''],
  ['a getter that throws', throwing('text'), ''],
  ['a cursor whose text throws', { cursor: throwing('text') }, ''],
  ['a revoked proxy', revoked(), ''],
];

describe('the text of a statement', () => {
  it.each(foreign)('is read from %s', (_, query, text) => {
    expect(textOf(query)).toBe(text);
  });
});

async function timed(options: InstallOptions = {}) {
  const registry = new Registry();
  const logger = recordingLogger();
  const dataSource = await initializedStub();
  const timing = installQueryTiming(dataSource, { registry, logger, topStatements: true, ...options });
  const [subscriber] = dataSource.subscribers;
  const begin = (event: object) => void subscriber!.beforeQuery!(event as never);
  const end = (event: object) => void subscriber!.afterQuery!(event as never);
  /** As TypeORM does for one whose driver takes it. */
  const run = (query: unknown, outcome: object = { success: true }) => {
    const event = { queryRunner: {}, query, parameters: undefined, ...outcome };
    begin(event);
    end(event);
  };
  return { registry, logger, timing, begin, end, run };
}

function collecting() {
  const records: CompletedQuery[] = [];
  return { records, sinks: [{ record: (record: CompletedQuery) => void records.push(record) }] };
}

describe('a statement that types forbid and drivers accept', () => {
  it.each(foreign)('(%s) is counted like the ones around it, and no reader fails', async (_, query, text) => {
    const { registry, timing, run } = await timed();
    for (let i = 0; i < 10; i++) run('SELECT 2');
    run(query);
    for (let i = 0; i < 10; i++) run('SELECT 2');
    run(query, { success: false, error: new Error('no') });
    expect(timing.getSummary().totalQueries).toBe(22);
    expect(await registry.metrics()).toContain('db_queries_total');
    const counted = (type: string) => sample(registry, 'db_queries_total', { query_type: type });
    expect(await counted('SELECT')).toBe(text === '' ? 20 : 22);
    expect(await counted('OTHER')).toBe(text === '' ? 2 : 0);
    const type = text === '' ? 'OTHER' : 'SELECT';
    expect(await sample(registry, 'db_query_errors_total', { query_type: type, error_class: 'other' })).toBe(1);
    expect(await sample(registry, 'db_query_timing_internal_errors_total', { part: 'query_probe' })).toBe(0);
    timing.uninstall();
  });

  it.each(foreign)('(%s) reaches sinks and the slow-query log with its text', async (_, query, text) => {
    const { records, sinks } = collecting();
    const { run, logger } = await timed({ sinks, slowQueryThresholdMs: 0 });
    run(query);
    expect(records).toMatchObject([{ sql: text, failed: false }]);
    expect(logger.ofOperation('DB_SLOW_QUERY')).toMatchObject([{ statement: text.replace('1', '?') }]);
  });

  it.each<[string, unknown, unknown, string[]]>([
    ["pg's configuration", { text: 'SELECT 1', values: [5] }, undefined, ['5']],
    ["pg's configuration beside others", { text: 'SELECT 1', values: [5] }, [6], ['6']],
    ["mysql2's options with names", { sql: 'SELECT 1', values: { a: 5 } }, undefined, ['{"a":5}']],
    ["pg's configuration without any", { text: 'SELECT 1' }, undefined, []],
    ['a getter that throws', Object.assign(throwing('values'), { text: 'SELECT 1' }), undefined, []],
  ])('has the parameters of %s', async (_, query, parameters, expected) => {
    const { run, logger } = await timed({ slowQueryThresholdMs: 0, logParameters: true });
    run(query, { success: true, parameters });
    expect(logger.ofOperation('DB_SLOW_QUERY')).toMatchObject([{ statement: 'SELECT ?', parameters: expected }]);
  });

  it('is ended by its own report when several are open on one runner', async () => {
    const { records, sinks } = collecting();
    const { begin, end } = await timed({ sinks });
    const queryRunner = {};
    const queries = ['SELECT 1', { text: 'SELECT 1' }, { sql: 'SELECT 2' }, new String('SELECT 3')];
    const events = queries.map((query) => ({ queryRunner, query, success: true }));
    events.forEach(begin);
    events.reverse().forEach(end);
    expect(records.map(({ sql }) => sql)).toEqual(['SELECT 3', 'SELECT 2', 'SELECT 1', 'SELECT 1']);
  });
});

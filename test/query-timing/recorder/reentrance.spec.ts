import { Registry } from 'prom-client';
import { installQueryTiming, type CompletedQuery, type QueryTiming, type Sink } from '../../../src/query-timing/core';
import { DEFAULT_OPTIONS } from '../../../src/query-timing/options';
import { InternalFaults } from '../../../src/query-timing/recorder/internal-faults';
import { QueryRecorder } from '../../../src/query-timing/recorder/query-recorder';
import { StatementBatch } from '../../../src/query-timing/recorder/statement-batch';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { QueryTypes } from '../../../src/query-timing/sql/query-type';
import { sample } from '../support/exposition';
import type { LogEntry } from '../support/recording-logger';
import { aStatementReport } from '../support/statement-report';
import { initializedStub } from '../support/stub-postgres';

/** Statements of one character, so that each has another text. */
const FAST = Array.from({ length: 20 }, (_, i) => `SELECT fast_${i}`);

const fail = (error: unknown) => {
  throw error;
};

/** A timing whose foreign code calls `meanwhile` each time. */
async function nosy(meanwhile: (timing: QueryTiming) => void) {
  const lines: LogEntry[] = [];
  const seen: CompletedQuery[] = [];
  const registry = new Registry();
  const dataSource = await initializedStub();
  const state: { timing?: QueryTiming } = {};
  const call = () => state.timing && meanwhile(state.timing);
  const options = {
    registry,
    exemplars: true,
    slowQueryThresholdMs: 60_000,
    slowLogPerStatement: 1000,
    context: () => {
      call();
      return { requestId: 'r1', traceId: 't1', tenant: 7 };
    },
    logger: {
      warn: (entry: object) => {
        call();
        const line: LogEntry = { level: 'warn', ...entry };
        if (line['operation'] === 'DB_SLOW_QUERY') lines.push(line);
      },
    },
  };
  const start = (more: { sinks?: Sink[] } = {}) =>
    (state.timing = installQueryTiming(dataSource, { ...options, ...more }));
  /** The statement that runs meanwhile is slow, and all others are fast. */
  const slow = async (sql: string) => {
    state.timing!.setSlowQueryThreshold(0);
    await dataSource.query(sql);
    state.timing!.setSlowQueryThreshold(60_000);
  };
  const count = (name: string, labels?: Record<string, string>) => sample(registry, name, labels);
  return { start, slow, lines, seen, dataSource, count, call };
}

const meanwhile: [string, (timing: QueryTiming) => void][] = [
  ['reads the summary', (timing) => void timing.getSummary()],
  ['resets the statistics', (timing) => timing.resetStats()],
  ['sets another threshold', (timing) => timing.setSlowQueryThreshold(60_000)],
  [
    'switches the timing off and on',
    (timing) => {
      timing.setEnabled(false);
      timing.setEnabled(true);
    },
  ],
  [
    'switches the log of all queries on and off',
    (timing) => {
      timing.setLogAllQueries(true);
      timing.setLogAllQueries(false);
    },
  ],
];

describe('code of the application that runs while a statement is recorded', () => {
  it.each(meanwhile)('may do it: it %s, and no line is changed and no count is lost', async (_, action) => {
    const { start, slow, lines, dataSource, count } = await nosy(action);
    start();
    for (const fast of FAST) await dataSource.query(fast);
    await slow('SELECT slow');
    for (const fast of FAST) await dataSource.query(fast);
    await slow('SELECT slow, again');
    expect(
      lines.map((line) => [line['statement'], line['request_id'], line['trace_id'], line['context_tenant']]),
    ).toEqual([
      ['SELECT slow', 'r1', 't1', 7],
      ['SELECT slow, again', 'r1', 't1', 7],
    ]);
    expect(await count('db_queries_total', { query_type: 'SELECT' })).toBe(42);
    expect(await count('db_slow_queries_total', { query_type: 'SELECT' })).toBe(2);
    expect(await count('db_query_timing_internal_errors_total', { part: 'context' })).toBe(0);
  });

  it('may uninstall the timing: the statement that is being recorded is in the metrics as a whole', async () => {
    const { start, slow, lines, dataSource, count } = await nosy((timing) => timing.uninstall());
    start();
    for (const fast of FAST) await dataSource.query(fast);
    await slow('SELECT slow');
    await dataSource.query('SELECT not_timed');
    expect(lines).toHaveLength(1);
    expect(await count('db_queries_total', { query_type: 'SELECT' })).toBe(21);
    expect(await count('db_slow_queries_total', { query_type: 'SELECT' })).toBe(1);
    expect(await count('db_query_duration_seconds_count', { query_type: 'SELECT' })).toBe(21);
  });

  it('may do so in a sink, and other sinks receive the same statement', async () => {
    for (const [, action] of meanwhile) {
      const { start, seen, dataSource, call } = await nosy(action);
      const other: CompletedQuery[] = [];
      start({
        sinks: [{ record: (query) => void (call(), seen.push(query)) }, { record: (query) => void other.push(query) }],
      });
      for (const fast of FAST) await dataSource.query(fast);
      expect(seen.map(({ sql }) => sql)).toEqual(FAST);
      expect(other).toEqual(seen);
    }
  });
});

describe('a statement that a sink completes while another one is recorded', () => {
  function recorder() {
    const dialect = dialectOf('postgres');
    const options = { ...DEFAULT_OPTIONS, slowQueryThresholdMs: 0 };
    return new QueryRecorder('default', dialect, new QueryTypes(dialect), options, new InternalFaults());
  }

  it('has a separate record', () => {
    const inner = recorder();
    const seen: string[] = [];
    inner.add('sink', {
      record: ({ sql }) => {
        if (sql === 'SELECT outer') inner.statementCompleted(aStatementReport({ sql: 'SELECT inner', end: 5 }));
      },
    });
    inner.add('sink', { record: (query) => void seen.push(`${query.sql} ${query.seconds}`) });
    inner.statementCompleted(aStatementReport({ sql: 'SELECT outer', end: 7 }));
    expect(seen).toEqual(['SELECT inner 0.005', 'SELECT outer 0.007']);
  });

  it('is counted, but does not reach sinks for ever if each of them completes another one', () => {
    const endless = recorder();
    const counted: string[] = [];
    let calls = 0;
    endless.add('statistics', { count: () => false, record: ({ sql }) => void counted.push(sql) });
    endless.add('sink', {
      record: () => {
        calls++;
        endless.statementCompleted(aStatementReport({ sql: `SELECT ${calls}` }));
      },
    });
    endless.statementCompleted(aStatementReport());
    expect(calls).toBe(8);
    expect(counted).toHaveLength(9);
  });
});

describe('a batch that is flushed while it is flushed', () => {
  it('counts each statement once, in order, and keeps those that are added meanwhile', () => {
    const counted: string[] = [];
    let added = 0;
    const batch: StatementBatch = new StatementBatch((sql) => {
      counted.push(sql);
      if (sql.startsWith('SELECT outer') && added < 100) batch.add(`SELECT inner ${added++}`, 0, 1, 0);
      batch.flush();
    }, fail);
    for (let i = 0; i < 40; i++) batch.add(`SELECT outer ${i}`, 0, 1, 0);
    batch.flush();
    const expected = Array.from({ length: 40 }, (_, i) => [`SELECT outer ${i}`, `SELECT inner ${i}`]).flat();
    expect([...counted].sort()).toEqual([...expected].sort());
    expect(counted.filter((sql) => sql.startsWith('SELECT outer'))).toEqual(
      expected.filter((sql) => sql.startsWith('SELECT outer')),
    );
  });
});

import { QueryRecord } from '../../../src/query-timing/model/query-record';
import { QueryStats } from '../../../src/query-timing/sinks/statistics';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { QueryTypes } from '../../../src/query-timing/sql/query-type';

interface Figures {
  readonly sql?: string;
  readonly ms?: number;
  readonly slow?: boolean;
  readonly errorClass?: 'timeout' | 'syntax';
  readonly at?: number;
}

function finished({ sql = 'SELECT 1', ms = 1, slow = false, errorClass, at = 0 }: Figures = {}): QueryRecord {
  const record = new QueryRecord('default', dialectOf('postgres'));
  const typeIndex = new QueryTypes(record.dialect).indexOf(sql);
  return Object.assign(record, {
    sql,
    typeIndex,
    seconds: ms / 1000,
    slow,
    failed: !!errorClass,
    errorClass,
    endedAt: at,
  });
}

const statsOf = (...figures: Figures[]) => {
  const stats = new QueryStats();
  for (const each of figures) stats.record(finished(each));
  return stats;
};

describe('the statistics', () => {
  it('are all 0 before the first query, and never NaN', () => {
    const summary = new QueryStats().summary();
    expect(summary).toMatchObject({
      totalQueries: 0,
      slowQueries: 0,
      slowPercentage: 0,
      totalDurationMs: 0,
      averageDurationMs: 0,
      errors: 0,
      timeouts: 0,
      slowestQueries: [],
    });
    expect(summary.percentilesByType.SELECT).toEqual({ p50Ms: 0, p95Ms: 0, p99Ms: 0 });
  });

  it('count queries by type, with every type present', () => {
    const { totalQueries, queriesByType } = statsOf({}, {}, { sql: 'INSERT INTO t' }, { sql: 'VACUUM' }).summary();
    expect(totalQueries).toBe(4);
    expect(queriesByType).toEqual({
      SELECT: 2,
      INSERT: 1,
      UPDATE: 0,
      DELETE: 0,
      BEGIN: 0,
      COMMIT: 0,
      ROLLBACK: 0,
      OTHER: 1,
    });
  });

  it('have the total and the average time', () => {
    const { totalDurationMs, averageDurationMs } = statsOf({ ms: 10 }, { ms: 30 }).summary();
    expect(totalDurationMs).toBeCloseTo(40);
    expect(averageDurationMs).toBeCloseTo(20);
  });

  it('have the share of slow queries', () => {
    const { slowQueries, slowPercentage } = statsOf({ slow: true }, {}, {}, {}).summary();
    expect([slowQueries, slowPercentage]).toEqual([1, 25]);
  });

  it('count failures, including timeouts', () => {
    const { errors, timeouts } = statsOf({}, { errorClass: 'syntax' }, { errorClass: 'timeout' }).summary();
    expect([errors, timeouts]).toEqual([2, 1]);
  });

  it('have percentiles by type with an error of at most three per cent', () => {
    const durations = Array.from({ length: 1000 }, (_, i) => 0.01 * 1.01 ** i);
    const { percentilesByType } = statsOf(...durations.map((ms) => ({ ms }))).summary();
    const exact = (share: number) => durations[Math.ceil(share * durations.length) - 1]!;
    const { p50Ms, p95Ms, p99Ms } = percentilesByType.SELECT;
    expect(Math.abs(p50Ms / exact(0.5) - 1)).toBeLessThan(0.035);
    expect(Math.abs(p95Ms / exact(0.95) - 1)).toBeLessThan(0.035);
    expect(Math.abs(p99Ms / exact(0.99) - 1)).toBeLessThan(0.035);
    expect(percentilesByType.INSERT).toEqual({ p50Ms: 0, p95Ms: 0, p99Ms: 0 });
  });

  it('accept durations of zero and of hours', () => {
    const { percentilesByType } = statsOf({ ms: 0 }, { ms: 1e9 }).summary();
    expect(percentilesByType.SELECT.p50Ms).toBeLessThan(0.01);
    expect(percentilesByType.SELECT.p99Ms).toBeGreaterThan(3_600_000);
  });

  it('list the slowest statements without literals, slowest first', () => {
    const { slowestQueries } = statsOf(
      { sql: "SELECT 'secret'", ms: 5 },
      { sql: 'INSERT INTO t VALUES (1)', ms: 9 },
      { sql: "SELECT 'another secret'", ms: 7 },
    ).summary();
    expect(slowestQueries).toEqual([
      { statement: 'INSERT INTO t VALUES (?)', queryType: 'INSERT', maxDurationMs: 9 },
      { statement: 'SELECT ?', queryType: 'SELECT', maxDurationMs: 7 },
    ]);
  });

  it('list the ten slowest statements', () => {
    const durations = Array.from({ length: 200 }, (_, i) => ((i * 37) % 200) + 1);
    const { slowestQueries } = statsOf(...durations.map((ms) => ({ sql: `SELECT a FROM t${ms}`, ms }))).summary();
    expect(slowestQueries.map(({ maxDurationMs }) => Math.round(maxDurationMs))).toEqual([
      200, 199, 198, 197, 196, 195, 194, 193, 192, 191,
    ]);
  });

  it('list a statement again that was evicted and is slower than before', () => {
    const stats = statsOf({ sql: 'SELECT a', ms: 1 });
    for (let i = 0; i < 10; i++) stats.record(finished({ sql: `SELECT a FROM t${i}`, ms: 10 + i }));
    stats.record(finished({ sql: 'SELECT a', ms: 50 }));
    expect(stats.summary().slowestQueries[0]).toMatchObject({ statement: 'SELECT a', maxDurationMs: 50 });
    expect(stats.summary().slowestQueries).toHaveLength(10);
  });

  it('never miss the slowest, however many unknown statements arrive', () => {
    const stats = new QueryStats();
    for (let i = 0; i < 5000; i++) stats.record(finished({ sql: `SELECT ${i} FROM t`, ms: 1 + (i === 4321 ? 99 : 0) }));
    expect(stats.summary().slowestQueries).toEqual([
      { statement: 'SELECT ? FROM t', queryType: 'SELECT', maxDurationMs: 100 },
    ]);
  });

  it('cut statements at 200 characters', () => {
    const { slowestQueries } = statsOf({ sql: `SELECT ${'a_long_column_name, '.repeat(50)}b` }).summary();
    expect(slowestQueries[0]!.statement).toHaveLength(200);
  });

  it('are 0 after a reset', () => {
    const stats = statsOf({ ms: 500, slow: true, errorClass: 'timeout' });
    stats.reset();
    expect(stats.summary()).toEqual(new QueryStats().summary());
    stats.record(finished({ ms: 1 }));
    expect(stats.summary()).toMatchObject({ totalQueries: 1, slowestQueries: [{ maxDurationMs: 1 }] });
  });
});

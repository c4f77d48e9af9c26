import { QueryRecord } from '../../../src/query-timing/model/query-record';
import { QueryStats } from '../../../src/query-timing/sinks/statistics';
import { QueryTypes } from '../../../src/query-timing/sql/query-type';
import { KnownStatements } from '../../../src/query-timing/recorder/known-statements';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { fingerprintHash } from '../../../src/query-timing/sql/fingerprint-hash';
import { monotonicNow } from '../../../src/query-timing/globals';

interface Figures {
  readonly sql?: string;
  readonly ms?: number;
  readonly slow?: boolean;
  readonly errorClass?: 'timeout' | 'syntax';
  readonly rows?: number;
  readonly at?: number;
}

const dialect = dialectOf('postgres');

/** Gives statistics what the recorder gives them, on both lanes. */
function statistics() {
  const stats = new QueryStats();
  const statements = new KnownStatements(dialect, new QueryTypes(dialect), () => false);
  const knownOf = ({ sql = 'SELECT 1', at = 0 }: Figures) => statements.of(sql, at);
  const record = (figures: Figures = {}, known = knownOf(figures)) => {
    const { sql = 'SELECT 1', ms = 1, slow = false, errorClass, rows, at = 0 } = figures;
    const query = { known, sql, seconds: ms / 1000, slow, failed: errorClass !== undefined, errorClass, rows };
    stats.record(Object.assign(new QueryRecord('default', dialect), { ...query, endedAt: at }));
  };
  const count = (figures: Figures = {}) => {
    const known = knownOf(figures);
    const { ms = 1, rows = 0, at = 0 } = figures;
    if (!stats.count(known, ms / 1000, rows, at)) record(figures, known);
  };
  return { stats, record, count };
}

const statsOf = (...figures: Figures[]) => {
  const { stats, record } = statistics();
  for (const each of figures) record(each);
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

  it('count BEGIN, COMMIT, ROLLBACK and savepoints, but leave them out of averages, percentages and percentiles', () => {
    const control = ['START TRANSACTION', 'SAVEPOINT a', 'ROLLBACK TO SAVEPOINT a', 'RELEASE SAVEPOINT a', 'COMMIT'];
    const { stats, record } = statistics();
    for (const sql of control) record({ sql, ms: 0.1 });
    record({ sql: 'COMMIT', ms: 99.5, slow: true });
    record({ ms: 100, slow: true });
    record({ ms: 10 });
    const summary = stats.summary();
    expect(summary).toMatchObject({ totalQueries: 8, slowQueries: 2, slowPercentage: 50, averageDurationMs: 55 });
    expect(summary.totalDurationMs).toBeCloseTo(210);
    expect(summary.transactionControl.total).toBe(6);
    expect(summary.transactionControl.totalDurationMs).toBeCloseTo(100);
    expect(summary.transactionControl.averageDurationMs).toBeCloseTo(100 / 6);
    expect(summary.queriesByType).toMatchObject({ BEGIN: 1, COMMIT: 2, ROLLBACK: 1, OTHER: 2 });
    expect(summary.percentiles.p50Ms).toBeGreaterThan(9);
    expect(summary.slowestQueries.map(({ statement }) => statement)).toEqual(['SELECT ?']);
  });

  it('have the same figures whichever lane a statement took', () => {
    const [fast, full] = [statistics(), statistics()];
    for (let i = 0; i < 500; i++) {
      const sql = ['BEGIN', `SELECT ${i}`, `SELECT a FROM t${i % 40}`, 'SAVEPOINT a', 'COMMIT'][i % 5]!;
      const figures = { sql, ms: (i * 7919) % 101, rows: i, at: i };
      fast.count(figures);
      full.record(figures);
    }
    expect(withoutTimes(fast.stats)).toEqual(withoutTimes(full.stats));
  });

  it('count failed requests for a connection and lost connections', () => {
    const stats = new QueryStats();
    stats.recordAcquisition('primary', 1, false, undefined);
    stats.recordAcquisition('primary', 1, false, { reason: 'timeout', errorClass: 'timeout' });
    stats.recordConnectionLost();
    expect(stats.summary().connectionFailures).toBe(2);
    stats.reset();
    expect(stats.summary().connectionFailures).toBe(0);
  });

  it('list statements without literals, slowest first, with all their figures', () => {
    const { slowestQueries } = statsOf(
      { sql: "SELECT 'secret'", ms: 5, rows: 2 },
      { sql: 'INSERT INTO t VALUES (1)', ms: 9, rows: 1 },
      { sql: "SELECT 'another secret'", ms: 7, rows: 3 },
    ).summary();
    expect(slowestQueries).toEqual([
      {
        fingerprint: fingerprintHash('INSERT INTO t VALUES (?)'),
        statement: 'INSERT INTO t VALUES (?)',
        queryType: 'INSERT',
        calls: 1,
        totalDurationMs: 9,
        meanDurationMs: 9,
        maxDurationMs: 9,
        p95DurationMs: expect.closeTo(9, 0) as number,
        rows: 1,
        lastSeen: expect.any(String) as string,
      },
      {
        fingerprint: fingerprintHash('SELECT ?'),
        statement: 'SELECT ?',
        queryType: 'SELECT',
        calls: 2,
        totalDurationMs: 12,
        meanDurationMs: 6,
        maxDurationMs: 7,
        p95DurationMs: 7,
        rows: 5,
        lastSeen: expect.any(String) as string,
      },
    ]);
  });

  it('list statements by slowest execution, total time or calls', () => {
    const stats = statsOf(
      { sql: 'SELECT a', ms: 50 },
      ...Array.from({ length: 4 }, () => ({ sql: 'SELECT b', ms: 20 })),
      ...Array.from({ length: 30 }, () => ({ sql: 'SELECT c', ms: 1 })),
    );
    const listed = (sortBy?: 'total' | 'calls' | 'max') =>
      stats.summary({ ...(sortBy && { sortBy }) }).slowestQueries.map(({ statement }) => statement.at(-1));
    expect(listed()).toEqual(['a', 'b', 'c']);
    expect(listed('max')).toEqual(['a', 'b', 'c']);
    expect(listed('total')).toEqual(['b', 'a', 'c']);
    expect(listed('calls')).toEqual(['c', 'b', 'a']);
    expect(() => stats.summary({ sortBy: 'name' as 'max' })).toThrow(TypeError);
  });

  it('have a 95th percentile by statement with an error of at most thirteen per cent, never above the maximum', () => {
    const { stats, record } = statistics();
    for (let i = 0; i < 70_000; i++) record({ ms: 0.1 + ((i * 7919) % 1000) / 10 });
    const [listed] = stats.summary().slowestQueries;
    expect(Math.abs(listed!.p95DurationMs / 95 - 1)).toBeLessThan(0.13);
    expect(statsOf({ ms: 8.1 }).summary().slowestQueries[0]!.p95DurationMs).toBeLessThanOrEqual(8.1);
    expect(statsOf({ ms: 0 }).summary().slowestQueries[0]!.p95DurationMs).toBe(0);
  });

  it('say when a statement was last seen', () => {
    const { stats, count } = statistics();
    const [start, wallClock] = [monotonicNow(), Date.now()];
    count({ at: start });
    count({ at: start / 2 });
    const difference = Date.parse(stats.summary().slowestQueries[0]!.lastSeen) - wallClock;
    expect(Math.abs(difference)).toBeLessThan(start / 4);
  });

  it('list the ten slowest statements', () => {
    const durations = Array.from({ length: 200 }, (_, i) => ((i * 37) % 200) + 1);
    const { slowestQueries } = statsOf(...durations.map((ms) => ({ sql: `SELECT a FROM t${ms}`, ms }))).summary();
    expect(slowestQueries.map(({ maxDurationMs }) => Math.round(maxDurationMs))).toEqual([
      200, 199, 198, 197, 196, 195, 194, 193, 192, 191,
    ]);
  });

  it('never miss the slowest, however many unknown statements arrive', () => {
    const { stats, count } = statistics();
    for (let i = 0; i < 5000; i++) count({ sql: `SELECT a FROM t${i}`, ms: 1 + (i === 4321 ? 99 : 0) });
    expect(stats.summary().slowestQueries[0]).toMatchObject({ statement: 'SELECT a FROM t4321', maxDurationMs: 100 });
    expect(stats.summary().totalQueries).toBe(5000);
  });

  it.each([
    ['of 2,000 characters', 2000, 2000, undefined],
    ['longer than that', 2001, 2000, '…'],
  ])('have the whole text of a statement %s', (_, length, kept, last) => {
    const sql = `SELECT ${'a_long_column_name, '.repeat(200)}`.slice(0, length - 1).concat('b');
    const { statement } = statsOf({ sql }).summary().slowestQueries[0]!;
    expect(statement).toHaveLength(kept);
    expect(statement.at(-1)).toBe(last ?? 'b');
  });

  it('are 0 after a reset, also in the middle of statements that are known', () => {
    const { stats, count, record } = statistics();
    record({ ms: 500, slow: true, errorClass: 'timeout' });
    record({ sql: 'COMMIT', slow: true });
    stats.reset();
    expect(stats.summary()).toEqual(new QueryStats().summary());
    count({ ms: 1 });
    count({ sql: 'COMMIT', ms: 1 });
    expect(stats.summary()).toMatchObject({
      totalQueries: 2,
      transactionControl: { total: 1 },
      slowestQueries: [{ calls: 1, maxDurationMs: 1 }],
    });
  });
});

describe('the statistics of more statements than there is room for', () => {
  const total = (stats: QueryStats) => {
    const { totalQueries, otherStatements, transactionControl } = stats.summary();
    return { totalQueries, others: otherStatements.total, control: transactionControl.total };
  };

  it('lose no call and no time', () => {
    const { stats, count } = statistics();
    let ms = 0;
    for (let i = 0; i < 20_000; i++) {
      count({ sql: `SELECT a FROM t${(i * i) % 3001}`, ms: i % 50, at: i });
      ms += i % 50;
    }
    const { totalQueries, totalDurationMs, queriesByType } = stats.summary();
    expect([totalQueries, queriesByType.SELECT]).toEqual([20_000, 20_000]);
    expect(totalDurationMs).toBeCloseTo(ms, 3);
  });

  it('are exact for the listed ones, and count the rest as others', () => {
    const { stats, count } = statistics();
    for (let i = 0; i < 900; i++) {
      count({ sql: `SELECT a FROM t${i}`, ms: 1, at: i });
      count({ sql: 'SELECT regular', ms: 2, at: i });
    }
    const [regular] = stats.summary({ sortBy: 'calls' }).slowestQueries;
    expect(regular).toMatchObject({ statement: 'SELECT regular', calls: 900 });
    expect(regular!.totalDurationMs).toBeCloseTo(1800);
    expect(total(stats)).toEqual({ totalQueries: 1800, others: 900 - 499, control: 0 });
  });

  it('keep the first ten in each order, however long they have not been seen', () => {
    const { stats, count } = statistics();
    const many = (sql: string, calls: number, ms: number) => {
      for (let i = 0; i < calls; i++) count({ sql, ms, at: 0 });
    };
    many('SELECT often', 1000, 0.001);
    many('SELECT expensive', 10, 50);
    many('SELECT slow', 1, 100);
    for (let i = 0; i < 3000; i++) count({ sql: `SELECT a FROM t${i}`, ms: 0.01, at: 1000 * i });
    expect(stats.summary({ sortBy: 'calls' }).slowestQueries[0]).toMatchObject({ calls: 1000 });
    expect(stats.summary({ sortBy: 'total' }).slowestQueries[0]!.totalDurationMs).toBeCloseTo(500);
    expect(stats.summary().slowestQueries[0]).toMatchObject({ maxDurationMs: 100 });
  });

  it('keep statements that run regularly during a flood of others', () => {
    const { stats, count } = statistics();
    for (let i = 0; i < 50_000; i++) {
      count({ sql: `SELECT a FROM t${i}`, ms: 1, at: i });
      if (i % 100 === 0) for (let k = 0; k < 50; k++) count({ sql: `SELECT regular ${'x'.repeat(k)}`, ms: 1, at: i });
    }
    const { slowestQueries } = stats.summary({ sortBy: 'calls' });
    expect(slowestQueries.map(({ calls }) => calls)).toEqual(new Array(10).fill(500));
  });

  it('list the ten slowest, although they arrive last', () => {
    const { stats, count } = statistics();
    for (let i = 0; i < 800; i++) count({ sql: `SELECT a FROM t${i}`, ms: 1 + i, at: 0 });
    expect(stats.summary().slowestQueries.map(({ maxDurationMs }) => maxDurationMs)).toEqual(
      Array.from({ length: 10 }, (_, i) => 800 - i),
    );
  });

  it('start at 0 for a statement that was replaced and returns', () => {
    const { stats, count } = statistics();
    for (let i = 0; i < 50; i++) count({ sql: `SELECT a FROM t${i}`, ms: 1, at: 1 });
    count({ sql: 'SELECT returning', ms: 0.001, at: 1 });
    for (let i = 50; i < 600; i++) count({ sql: `SELECT a FROM t${i}`, ms: 1, at: 2 + i });
    for (let i = 0; i < 3; i++) count({ sql: 'SELECT returning', ms: 200, at: 10_000 });
    expect(stats.summary().slowestQueries[0]).toMatchObject({ statement: 'SELECT returning', calls: 3 });
    expect(stats.summary().totalQueries).toBe(604);
  });

  it('are bounded in memory by the length of the texts', () => {
    const { stats, count } = statistics();
    for (let i = 0; i < 500; i++) count({ sql: `SELECT a FROM t${i}`.padEnd(3000, 'x'), ms: i % 7, at: i * 100 });
    const { entries } = (stats as unknown as { statements: { entries: ({ text: string } | undefined)[] } }).statements;
    expect(entries.reduce((sum, entry) => sum + (entry?.text.length ?? 0), 0)).toBeLessThanOrEqual(65_536);
    expect(stats.summary().totalQueries).toBe(500);
    expect(stats.summary().slowestQueries).toHaveLength(10);
  });
});

/** The moments differ by what passes between two summaries. */
function withoutTimes(stats: QueryStats) {
  const summary = stats.summary();
  return { ...summary, slowestQueries: summary.slowestQueries.map((entry) => ({ ...entry, lastSeen: '' })) };
}

import { installQueryTiming, type InstallOptions } from '../../../src/query-timing/core';
import { InternalFaults } from '../../../src/query-timing/recorder/internal-faults';
import { QueryRecorder } from '../../../src/query-timing/recorder/query-recorder';
import { DEFAULT_OPTIONS } from '../../../src/query-timing/options';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { QueryTypes } from '../../../src/query-timing/sql/query-type';
import { recordingLogger } from '../support/recording-logger';
import { aStatementReport } from '../support/statement-report';
import { initializedStub, type StubServer } from '../support/stub-postgres';

async function logged(options: InstallOptions, server?: StubServer) {
  const logger = recordingLogger();
  const dataSource = await initializedStub(server);
  const timing = installQueryTiming(dataSource, { logger, ...options });
  return { logger, dataSource, timing, slow: () => logger.ofOperation('DB_SLOW_QUERY') };
}

const after = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms));

describe('the slow-query log', () => {
  it('has one line for a slow query, with all its fields', async () => {
    const { dataSource, slow } = await logged({
      slowQueryThresholdMs: 0,
      context: () => ({ requestId: 'r1', traceId: 't1' }),
    });
    await dataSource.query("SELECT * FROM t WHERE a = 'secret'");
    expect(slow()).toEqual([
      {
        level: 'warn',
        message: 'Slow query',
        operation: 'DB_SLOW_QUERY',
        duration_ms: expect.any(Number),
        threshold_ms: 0,
        query_type: 'SELECT',
        is_slow: true,
        statement: 'SELECT * FROM t WHERE a = ?',
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        data_source: 'default',
        queue_ms: 0,
        pool_wait_ms: expect.any(Number),
        failed: false,
        rows: 0,
        suppressed: 0,
        request_id: 'r1',
        trace_id: 't1',
      },
    ]);
  });

  it('has no line for a query below the threshold', async () => {
    const { dataSource, logger } = await logged({ slowQueryThresholdMs: 10_000 });
    await dataSource.query('SELECT 1');
    expect(logger.entries).toEqual([]);
  });

  it('has a line for a query of exactly the threshold', async () => {
    const dialect = dialectOf('postgres');
    const recorder = new QueryRecorder(
      'default',
      dialect,
      new QueryTypes(dialect),
      DEFAULT_OPTIONS,
      new InternalFaults(),
    );
    const slow: boolean[] = [];
    recorder.add('sink', { record: (query) => void slow.push(query.slow) });
    for (const ms of [99.999, 100, 100.001]) {
      recorder.statementCompleted(aStatementReport({ end: ms }));
    }
    expect(slow).toEqual([false, true, true]);
  });

  it('has the error class of a failed slow query, and not its message', async () => {
    const { dataSource, slow } = await logged({ slowQueryThresholdMs: 0 }, () => {
      throw Object.assign(new Error('Key (email)=(secret@example.org) already exists'), {
        code: '23505',
        detail: 'secret',
        constraint: 'users_email_key',
      });
    });
    await dataSource.query('INSERT INTO t VALUES ($1)', ['secret']).catch(() => undefined);
    expect(slow()).toEqual([
      expect.objectContaining({
        failed: true,
        error_class: 'unique',
        sql_state: '23505',
        constraint: 'users_email_key',
      }),
    ]);
    expect(JSON.stringify(slow())).not.toContain('secret');
  });

  it('includes parameters only on request, cut to a readable length', async () => {
    const silent = await logged({ slowQueryThresholdMs: 0 });
    await silent.dataSource.query('SELECT $1', ['secret']);
    expect(JSON.stringify(silent.slow())).not.toContain('secret');

    const open = await logged({ slowQueryThresholdMs: 0, logParameters: true });
    await open.dataSource.query('SELECT $1', ['shown', 7, null, undefined, { a: 1 }, 'x'.repeat(500)]);
    await open.dataSource.query('SELECT 1');
    expect(open.slow()[0]!['parameters']).toEqual([
      'shown',
      '7',
      'null',
      'undefined',
      '{"a":1}',
      `${'x'.repeat(100)}…`,
    ]);
    expect(open.slow()[1]!['parameters']).toEqual([]);
  });

  it('cuts statements at 500 characters, or at the length in the options', async () => {
    const long = `SELECT ${'some_column, '.repeat(100)}b`;
    const usual = await logged({ slowQueryThresholdMs: 0 });
    await usual.dataSource.query(long);
    expect(usual.slow()[0]!['statement']).toHaveLength(500);
    const short = await logged({ slowQueryThresholdMs: 0, maxStatementLength: 20 });
    await short.dataSource.query(long);
    expect(short.slow()[0]!['statement']).toBe('SELECT some_column, ');
  });

  it('has a DEBUG line for every other query and checkout with logAllQueries', async () => {
    const { dataSource, logger } = await logged({ logAllQueries: true, slowQueryThresholdMs: 10_000 });
    await dataSource.query('SELECT 1');
    expect(logger.ofOperation('DB_QUERY')).toEqual([
      expect.objectContaining({ level: 'debug', query_type: 'SELECT', is_slow: false, statement: 'SELECT ?' }),
    ]);
    expect(logger.ofOperation('DB_CONNECT')).toHaveLength(1);
    expect(logger.ofOperation('DB_CHECKOUT')).toEqual([
      expect.objectContaining({ level: 'debug', role: 'primary', wait_ms: expect.any(Number) }),
    ]);
    await dataSource.query('SELECT 1');
    expect(logger.ofOperation('DB_CONNECT')).toHaveLength(1);
  });

  it('has its lines also where the logger refuses those for every other query', async () => {
    const { dataSource, logger, slow } = await logged({
      logAllQueries: true,
      slowQueryThresholdMs: [
        { statement: 'slow', thresholdMs: 0 },
        { statement: 'SELECT', thresholdMs: 10_000 },
      ],
    });
    logger.debug = () => {
      throw new Error('no level DEBUG');
    };
    for (let i = 0; i < 20; i++) await dataSource.query('SELECT 1');
    await dataSource.query('SELECT slow');
    expect(slow()).toHaveLength(1);
  });

  it('can be switched to all queries, or to another threshold, at run time', async () => {
    const { dataSource, logger, timing } = await logged({ slowQueryThresholdMs: 10_000 });
    await dataSource.query('SELECT 1');
    timing.setLogAllQueries(true);
    await dataSource.query('SELECT 2');
    timing.setLogAllQueries(false);
    timing.setSlowQueryThreshold(0);
    await dataSource.query('SELECT 3');
    expect(logger.ofOperation('DB_QUERY')).toHaveLength(1);
    expect(logger.ofOperation('DB_SLOW_QUERY')).toHaveLength(1);
    expect(() => timing.setSlowQueryThreshold(-5)).toThrow('Expected a number of milliseconds, 0 or more, got -5');
  });

  it('applies thresholds for individual statements', async () => {
    const { dataSource, slow } = await logged(
      {
        slowQueryThresholdMs: [
          { statement: /^SELECT .* FROM report/i, thresholdMs: 60_000 },
          { statement: 'FROM "cart"', thresholdMs: 0 },
          { statement: 'other', thresholdMs: 600_000 },
        ],
      },
      after(1),
    );
    await dataSource.query('SELECT a FROM report WHERE b IN (SELECT c FROM "cart")');
    await dataSource.query('SELECT a FROM "cart"');
    await dataSource.query('SELECT a FROM other');
    expect(slow().map(({ statement, threshold_ms }) => [statement, threshold_ms])).toEqual([
      ['SELECT a FROM "cart"', 0],
    ]);
  });

  it('passes at most n lines per minute and reports how many of a statement were suppressed', async () => {
    const { dataSource, slow } = await logged({ slowQueryThresholdMs: 0, slowLogPerMinute: 2 });
    for (let i = 0; i < 5; i++) await dataSource.query(`SELECT ${i}`);
    expect(slow().map(({ suppressed }) => suppressed)).toEqual([0, 0]);
  });

  it('reads the context of slow queries only, once for each', async () => {
    const context = jest.fn(() => undefined);
    const { dataSource, timing, slow } = await logged({ slowQueryThresholdMs: 10_000, context });
    await dataSource.query('SELECT 1');
    expect(context).not.toHaveBeenCalled();
    timing.setSlowQueryThreshold(0);
    await dataSource.query('SELECT 1');
    expect(context).toHaveBeenCalledTimes(1);
    expect(slow()[0]).not.toHaveProperty('request_id');
  });

  it('has the other fields of the context under their names, bounded and readable', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const { dataSource, slow } = await logged({
      slowQueryThresholdMs: 0,
      context: () =>
        ({
          requestId: 7n,
          tenant: 'acme',
          attempt: 2,
          admin: false,
          nothing: null,
          absent: undefined,
          long: 'x'.repeat(1000),
          body: Buffer.alloc(1000),
          circular,
          ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`more${i}`, i])),
        }) as never,
    });
    await dataSource.query('SELECT 1');
    const [line] = slow();
    const ofContext = Object.entries(line!).filter(([name]) => name.startsWith('context_') || name.endsWith('_id'));
    expect(Object.fromEntries(ofContext)).toMatchObject({
      request_id: '7',
      context_tenant: 'acme',
      context_attempt: 2,
      context_admin: false,
      context_nothing: null,
      context_long: `${'x'.repeat(200)}…`,
      context_body: '<Buffer 1000 bytes>',
      context_circular: '{"self":<circular>}',
      context_omitted: 8,
    });
    expect(line).not.toHaveProperty('context_absent');
    expect(line).not.toHaveProperty('trace_id');
    expect(() => JSON.stringify(line)).not.toThrow();
  });

  it.each<[string, () => unknown]>([
    ['a promise that rejects', () => Promise.reject(new Error('sabotage'))],
    ['text', () => 'r1'],
    ['a revoked proxy', () => Object.assign(Proxy.revocable({}, {})).proxy],
  ])('is written when the context is %s', async (_, context) => {
    const { dataSource, slow } = await logged({ slowQueryThresholdMs: 0, context: context as never });
    await dataSource.query('SELECT 1');
    await new Promise(setImmediate);
    expect(slow()).toEqual([expect.objectContaining({ statement: 'SELECT ?' })]);
  });

  it('has the fields of the context that can be read', async () => {
    const context = () => ({
      get requestId(): string {
        throw new Error('sabotage');
      },
      tenant: 'acme',
    });
    const { dataSource, slow } = await logged({ slowQueryThresholdMs: 0, context });
    await dataSource.query('SELECT 1');
    expect(slow()).toEqual([expect.objectContaining({ request_id: '<unreadable>', context_tenant: 'acme' })]);
  });

  it('continues with parameters that cannot be serialised', async () => {
    const { dataSource, slow } = await logged({
      slowQueryThresholdMs: 0,
      logParameters: true,
      slowLogPerStatement: 100,
    });
    const hostile = {
      toJSON: () => {
        throw new Error('sabotage');
      },
    };
    for (let i = 0; i < 20; i++) await dataSource.query('SELECT $1', [1n, hostile, Buffer.alloc(20 << 20)]);
    expect(slow()).toHaveLength(20);
    expect(slow()[19]!['parameters']).toEqual(['1', '{"toJSON":<function toJSON>}', '<Buffer 20971520 bytes>']);
  });

  it('has at most n lines per minute for one statement, so that the others still have theirs', async () => {
    const { dataSource, slow } = await logged({ slowQueryThresholdMs: 0, slowLogPerStatement: 2 });
    for (let i = 0; i < 100; i++) await dataSource.query('SELECT noisy');
    await dataSource.query('SELECT quiet');
    expect(slow().map(({ statement }) => statement)).toEqual(['SELECT noisy', 'SELECT noisy', 'SELECT quiet']);
  });

  it('is not lost when the logger fails once in a while', async () => {
    let calls = 0;
    const lines: object[] = [];
    const logger = {
      warn: (entry: object) => {
        if (++calls % 10 === 5) throw new Error('sabotage');
        lines.push(entry);
      },
    };
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { dataSource } = await logged({
      slowQueryThresholdMs: 0,
      slowLogPerMinute: 1000,
      slowLogPerStatement: 1000,
      logger,
    });
    for (let i = 0; i < 200; i++) await dataSource.query('SELECT 1');
    const slow = lines.filter((line) => (line as { message: string }).message === 'Slow query') as {
      suppressed: number;
    }[];
    expect(slow.length).toBeGreaterThan(170);
    // A refused line is counted by the next one.
    expect(slow.reduce((sum, { suppressed }) => sum + 1 + suppressed, 0)).toBe(200);
  });
});

import type { EventEmitter } from 'node:events';
import { Registry } from 'prom-client';
import type { DataSource, QueryRunner } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { errorClassOf } from '../../../src/query-timing/sql/error-class';
import { countsOf, nonZero, sum } from '../support/counts';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ignore, ItemEntity, onRunner, PROGRAMS, RandomPrograms, type Step } from '../support/random-programs';
import { recordingLogger } from '../support/recording-logger';
import { LOGGING_SETTINGS, ServerLog } from '../support/server-log';

/**
 * Compares the library's counts with PostgreSQL's: pg_stat_statements counts the successes, and the ERROR lines of the
 * server's log are the failures.
 */
let database: TestDatabase;
let log: ServerLog;
let dataSource: DataSource;
const registry = new Registry();

beforeAll(async () => {
  database = await createTestDatabase(LOGGING_SETTINGS);
  log = new ServerLog(database.logPath!);
  dataSource = await database.dataSource({ entities: [ItemEntity], synchronize: true, poolSize: 6 }).initialize();
  await dataSource.query('CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  installQueryTiming(dataSource, { registry, logger: recordingLogger() });
}, 60_000);

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/**
 * A statement that fails before it runs. The statement ahead of it makes the server record the one before, which it would
 * otherwise discard when the transaction fails.
 */
const failing =
  (sql: string): Step =>
  async (manager) => {
    await manager.query('SELECT 3').catch(ignore);
    await manager.query(sql).catch(ignore);
  };

const steps: readonly Step[] = [
  (manager, random) => manager.query('SELECT $1::int + 1', [random.below(9)]),
  failing('SELECT * FROM nowhere'),
  failing('SELECT 1 / 0'),
  (manager) => manager.query('SELECT pg_sleep(0.001)'),
];

/** Waits until the connection executes something that sleeps, then stops it as superuser. */
async function stop(runner: QueryRunner, how: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<void> {
  const pid = ((await runner.connect()) as { processID: number }).processID;
  for (;;) {
    const { rows } = await database.admin.query(
      `SELECT ${how}(pid) FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep(60)%'`,
      [pid],
    );
    if (rows.length > 0) return;
  }
}

const cancelled: Step = (manager) =>
  onRunner(manager, async (runner) => {
    await runner.connect();
    await Promise.all([runner.query('SELECT pg_sleep(60)').catch(ignore), stop(runner, 'pg_cancel_backend')]);
    await runner.query('SELECT 1');
  });

const killed: Step = (manager, random, known) =>
  onRunner(manager, async (runner) => {
    const connection = (await runner.connect()) as EventEmitter;
    // The pool would hand it out again before it notices that the connection is gone.
    const gone = new Promise((resolve) => connection.once('end', resolve));
    const behind = random.below(3);
    known.neverSent += behind;
    await Promise.all([
      runner.query('SELECT pg_sleep(60)').catch(ignore),
      ...Array.from({ length: behind }, () => runner.query('SELECT 1').catch(ignore)),
      stop(runner, 'pg_terminate_backend'),
    ]);
    await gone;
  });

const commitFails: Step = async (manager, _, known) => {
  known.failedCommits++;
  await manager.transaction((inside) => inside.query('INSERT INTO late VALUES (1), (1)')).catch(ignore);
};

const streamed: Step = (manager, random) =>
  onRunner(manager, async (runner) => {
    const rows = random.pick([0, 1, 50, 500]);
    const end = random.pick(['read', 'close', 'fail'] as const);
    const sql = `SELECT 1 / (${end === 'fail' ? rows : -1} - i) FROM generate_series(0, ${rows}) AS i`;
    try {
      for await (const row of await runner.stream(sql)) if (end === 'close' && row) break;
    } catch {
      // The division by zero.
    }
    await runner.query('SELECT 1');
  });

const programs = new RandomPrograms(steps, [cancelled, killed, commitFails, streamed, streamed]);

async function serversSuccesses(): Promise<Record<string, number>> {
  const { rows } = await database.admin.query<{ type: string; calls: number }>(
    `SELECT CASE WHEN verb = 'START' THEN 'BEGIN'
                 WHEN verb IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'COMMIT', 'ROLLBACK') THEN verb
                 ELSE 'OTHER' END AS type, sum(calls)::int AS calls
       FROM (SELECT upper(split_part(query, ' ', 1)) AS verb, calls FROM pg_stat_statements
              WHERE userid = $1::regrole AND toplevel) AS statement GROUP BY 1`,
    [database.role],
  );
  return Object.fromEntries(rows.map(({ type, calls }) => [type, calls]));
}

describe('over random programs', () => {
  it(`(${PROGRAMS} of them) the server and the library count the same`, async () => {
    const { admin, role } = database;
    const resetStatements = () => admin.query('SELECT pg_stat_statements_reset($1::regrole::oid)', [role]);
    let statements = 0;
    log.failuresOf(role);
    for (let program = 0; program < PROGRAMS; program++) {
      registry.resetMetrics();
      await resetStatements();
      const known = await programs.run(program, dataSource);

      const ours = await countsOf(registry);
      const succeeded = await serversSuccesses();
      // pg_stat_statements counts a COMMIT that fails, although it is an error.
      if (known.failedCommits > 0) succeeded['COMMIT']! -= known.failedCommits;
      const failed: Record<string, number> = known.neverSent > 0 ? { connection: known.neverSent } : {};
      for (const sqlState of log.failuresOf(role)) {
        // 57014 means cancelled here: no timeout is set.
        const kind = sqlState === '57014' ? 'cancelled' : errorClassOf({ code: sqlState });
        failed[kind] = (failed[kind] ?? 0) + 1;
      }
      expect({ program, ...ours }).toEqual({ program, succeeded: nonZero(succeeded), failed });
      statements += sum(ours.succeeded) + sum(ours.failed);
    }
    expect(statements).toBeGreaterThan(PROGRAMS * 5);
  }, 3_600_000);
});

describe('differences in counting: here (the library) and there (the server)', () => {
  const counted = async (work: () => Promise<unknown>) => {
    registry.resetMetrics();
    await database.admin.query('SELECT pg_stat_statements_reset($1::regrole::oid)', [database.role]);
    await work();
    return { ours: sum((await countsOf(registry)).succeeded), theirs: sum(await serversSuccesses()) };
  };

  it('several statements in one text are one query here and several calls there', async () => {
    expect(await counted(() => dataSource.query('SELECT 1; SELECT 2'))).toEqual({ ours: 1, theirs: 2 });
  });

  it('an empty text, or one of comments, is one query here and no call there', async () => {
    expect(await counted(() => dataSource.query('/* nothing */'))).toEqual({ ours: 1, theirs: 0 });
    expect(await counted(() => dataSource.query(''))).toEqual({ ours: 1, theirs: 0 });
  });

  it('PREPARE and EXECUTE are two queries here and one call there', async () => {
    const prepared = () =>
      onRunner(dataSource.manager, async (runner) => {
        await runner.query('PREPARE p AS SELECT 1');
        await runner.query('EXECUTE p');
      });
    expect(await counted(prepared)).toEqual({ ours: 2, theirs: 1 });
  });

  it('a statement with parameters is not counted there when the next one in its transaction cannot be parsed', async () => {
    const forgotten = () =>
      dataSource
        .transaction(async (manager) => {
          await manager.query('SELECT $1::int', [1]);
          await manager.query('SELEC');
        })
        .catch(ignore);
    const { ours, theirs } = await counted(forgotten);
    // BEGIN, the statement and ROLLBACK; the server counts two.
    expect([ours, theirs]).toEqual([3, 2]);
  });
});

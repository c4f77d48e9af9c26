import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { Registry } from 'prom-client';
import type { DataSource, QueryRunner } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { errorClassOf } from '../../../src/query-timing/sql/error-class';
import { countsOf, nonZero, sum } from '../support/counts';
import { startMariaDb, type TestMariaDb } from '../support/mariadb';
import { ignore, ItemEntity, onRunner, PROGRAMS, RandomPrograms, type Step } from '../support/random-programs';
import { recordingLogger } from '../support/recording-logger';

/**
 * Compares the library's counts with MariaDB's: `Questions` counts every statement, and the performance schema has each
 * statement with its error number.
 */
let database: TestMariaDb;
let dataSource: DataSource;
const registry = new Registry();

beforeAll(async () => {
  database = await startMariaDb();
  dataSource = await database.dataSource({ entities: [ItemEntity], synchronize: true, poolSize: 6 }).initialize();
  installQueryTiming(dataSource, { registry, logger: recordingLogger() });
}, 120_000);

afterAll(async () => {
  await dataSource?.destroy();
  await database?.stop();
});

const failing =
  (sql: string): Step =>
  (manager) =>
    manager.query(sql).catch(ignore);

const steps: readonly Step[] = [
  (manager, random) => manager.query('SELECT ? + 1', [random.below(9)]),
  failing('SELECT * FROM nowhere'),
  failing('SELECT unknown_function(1)'),
  failing("SIGNAL SQLSTATE '45000'"),
  failing('INSERT INTO item (name) VALUES (NULL)'),
  failing('SET STATEMENT max_statement_time = 0.001 FOR SELECT SLEEP(1) FROM seq_1_to_9'),
  (manager) => manager.query('SELECT SLEEP(0.001)'),
];

/** Waits until the connection executes something that sleeps, then stops it as superuser. */
async function stop(runner: QueryRunner, how: 'KILL QUERY' | 'KILL'): Promise<void> {
  const id = ((await runner.connect()) as { threadId: number }).threadId;
  for (;;) {
    const [rows] = await database.admin.query<RowDataPacket[]>(
      "SELECT 1 FROM information_schema.processlist WHERE id = ? AND info LIKE 'SELECT SLEEP(60)%' AND state = 'User sleep'",
      [id],
    );
    if (rows.length > 0) return void (await database.admin.query(`${how} ${id}`));
  }
}

const cancelled: Step = (manager) =>
  onRunner(manager, async (runner) => {
    await runner.connect();
    await Promise.all([runner.query('SELECT SLEEP(60)').catch(ignore), stop(runner, 'KILL QUERY')]);
    await runner.query('SELECT 1');
  });

const killed: Step = (manager, random, known) =>
  onRunner(manager, async (runner) => {
    await runner.connect();
    const behind = random.below(3);
    known.neverSent += behind;
    await Promise.all([
      runner.query('SELECT SLEEP(60)').catch(ignore),
      ...Array.from({ length: behind }, () => runner.query('SELECT 1').catch(ignore)),
      stop(runner, 'KILL'),
    ]);
  });

const streamed: Step = (manager, random) =>
  onRunner(manager, async (runner) => {
    const rows = random.pick([0, 1, 50, 500]);
    const end = random.pick(['read', 'close', 'fail'] as const);
    const sql = end === 'fail' ? 'SELECT * FROM nowhere' : `SELECT seq FROM seq_1_to_500 WHERE seq <= ${rows}`;
    try {
      for await (const row of await runner.stream(sql)) if (end === 'close' && row) break;
    } catch {
      // There is no such table.
    }
    await runner.query('SELECT 1');
  });

const programs = new RandomPrograms(steps, [cancelled, killed, streamed, streamed]);

const TYPES: Readonly<Record<string, string>> = {
  select: 'SELECT',
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
  begin: 'BEGIN',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  rollback_to_savepoint: 'ROLLBACK',
};

async function admin<T extends object>(sql: string): Promise<T[]> {
  const [rows] = await database.admin.query<RowDataPacket[]>(sql);
  return rows as T[];
}

/** All statements except the superuser's. */
async function questions(): Promise<number> {
  const [row] = await admin<{ others: number }>(
    `SELECT CAST(total.variable_value AS INT) - CAST(own.variable_value AS INT) AS others
       FROM information_schema.global_status AS total JOIN information_schema.session_status AS own USING (variable_name)
      WHERE variable_name = 'QUESTIONS'`,
  );
  return row!.others;
}

/** What the server recorded, which it does shortly after it has responded. */
async function kept(expected: number) {
  let statements: { verb: string; errno: number }[];
  const giveUpAt = performance.now() + 5000;
  do {
    statements = await admin(
      `SELECT SUBSTRING_INDEX(event_name, '/', -1) AS verb, mysql_errno AS errno
         FROM performance_schema.events_statements_history_long
        WHERE thread_id <> (SELECT thread_id FROM performance_schema.threads WHERE processlist_id = CONNECTION_ID())`,
    );
    if (statements.length < expected) await delay(1);
  } while (statements.length < expected && performance.now() < giveUpAt);
  const succeeded: Record<string, number> = {};
  const failed: Record<string, number> = {};
  for (const { verb, errno } of statements) {
    const [counts, kind] =
      errno === 0 ? [succeeded, TYPES[verb] ?? 'OTHER'] : [failed, errorClassOf({ errno, code: 'ER_' })];
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { succeeded, failed };
}

async function reset(): Promise<number> {
  registry.resetMetrics();
  await database.admin.query('TRUNCATE TABLE performance_schema.events_statements_history_long');
  return questions();
}

describe('over random programs', () => {
  it(`(${PROGRAMS} of them) the server and the library count the same`, async () => {
    let statements = 0;
    for (let program = 0; program < PROGRAMS; program++) {
      const before = await reset();
      const { neverSent } = await programs.run(program, dataSource);

      const ours = await countsOf(registry);
      const asked = (await questions()) - before;
      const { succeeded, failed } = await kept(asked);
      if (neverSent > 0) failed['connection'] = (failed['connection'] ?? 0) + neverSent;
      expect({ program, ...ours }).toEqual({ program, succeeded, failed: nonZero(failed) });
      expect({ program, asked }).toEqual({ program, asked: sum(ours.succeeded) + sum(ours.failed) - neverSent });
      statements += asked;
    }
    expect(statements).toBeGreaterThan(PROGRAMS * 5);
  }, 3_600_000);
});

describe('differences in counting: here (the library) and there (the server)', () => {
  const counted = async (work: () => Promise<unknown>) => {
    const before = await reset();
    await work().catch(ignore);
    const { succeeded, failed } = await countsOf(registry);
    return { ours: sum(succeeded) + sum(failed), theirs: (await questions()) - before };
  };

  it('an empty text, or one of comments, is one query that fails, here and there', async () => {
    expect(await counted(() => dataSource.query('/* nothing */'))).toEqual({ ours: 1, theirs: 1 });
    expect(await counted(() => dataSource.query(''))).toEqual({ ours: 1, theirs: 1 });
  });

  it('PREPARE and EXECUTE are two queries, here and there', async () => {
    const prepared = () =>
      onRunner(dataSource.manager, async (runner) => {
        await runner.query("PREPARE p FROM 'SELECT 1'");
        await runner.query('EXECUTE p');
      });
    expect(await counted(prepared)).toEqual({ ours: 2, theirs: 2 });
  });

  it('several statements in one text are one query here and several there', async () => {
    const several = await database.dataSource({ multipleStatements: true }).initialize();
    installQueryTiming(several, { registry, logger: recordingLogger() });
    expect(await counted(() => several.query('SELECT 1; SELECT 2; SELECT 3'))).toEqual({ ours: 1, theirs: 3 });
    await several.destroy();
  });
});

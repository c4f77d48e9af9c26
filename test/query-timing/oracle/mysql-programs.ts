import type { RowDataPacket } from 'mysql2/promise';
import type { QueryRunner } from 'typeorm';
import type { TestMySql } from '../support/mysql-family';
import { ignore, onRunner, RandomPrograms, type Step } from '../support/random-programs';

/** A table with a column `seq`, from 1 to 500. */
export const NUMBERS = [
  'CREATE TABLE numbers (seq int PRIMARY KEY)',
  `INSERT INTO numbers WITH RECURSIVE number (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM number WHERE seq < 500)
   SELECT seq FROM number`,
];

/**
 * The ways to stop a statement, and a statement for each: when MySQL cancels one that only sleeps, it succeeds; when
 * the connection of another one is killed, MySQL records it as cancelled.
 */
const STOPPED = { 'KILL QUERY': 'SELECT SLEEP(60) FROM numbers', KILL: 'SELECT SLEEP(60)' } as const;

const TIME_OUT = {
  MariaDB: 'SET STATEMENT max_statement_time = 0.001 FOR SELECT SLEEP(1) FROM numbers',
  MySQL: 'SELECT /*+ MAX_EXECUTION_TIME(1) */ SLEEP(1) FROM numbers',
} as const;

const failing =
  (sql: string): Step =>
  (manager) =>
    manager.query(sql).catch(ignore);

const streamed: Step = (manager, random) =>
  onRunner(manager, async (runner) => {
    const rows = random.pick([0, 1, 50, 500]);
    const end = random.pick(['read', 'close', 'fail'] as const);
    const sql = end === 'fail' ? 'SELECT * FROM nowhere' : `SELECT seq FROM numbers WHERE seq <= ${rows}`;
    try {
      for await (const row of await runner.stream(sql)) if (end === 'close' && row) break;
    } catch {
      // There is no such table.
    }
    await runner.query('SELECT 1');
  });

/** Random programs for a MySQL or a MariaDB with the tables of {@link NUMBERS}. */
export function mySqlPrograms({ name, admin }: TestMySql): RandomPrograms {
  /** Waits until the connection executes something that sleeps, then stops it as superuser. */
  async function stop(runner: QueryRunner, how: keyof typeof STOPPED): Promise<void> {
    const id = ((await runner.connect()) as { threadId: number }).threadId;
    for (;;) {
      const [rows] = await admin.query<RowDataPacket[]>(
        "SELECT 1 FROM information_schema.processlist WHERE id = ? AND info = ? AND state = 'User sleep'",
        [id, STOPPED[how]],
      );
      if (rows.length > 0) return void (await admin.query(`${how} ${id}`));
    }
  }

  const cancelled: Step = (manager) =>
    onRunner(manager, async (runner) => {
      await runner.connect();
      await Promise.all([runner.query(STOPPED['KILL QUERY']).catch(ignore), stop(runner, 'KILL QUERY')]);
      await runner.query('SELECT 1');
    });

  const killed: Step = (manager, random, known) =>
    onRunner(manager, async (runner) => {
      await runner.connect();
      const behind = random.below(3);
      known.neverSent += behind;
      await Promise.all([
        runner.query(STOPPED.KILL).catch(ignore),
        ...Array.from({ length: behind }, () => runner.query('SELECT 1').catch(ignore)),
        stop(runner, 'KILL'),
      ]);
    });

  const steps: readonly Step[] = [
    (manager, random) => manager.query('SELECT ? + 1', [random.below(9)]),
    failing('SELECT * FROM nowhere'),
    failing('SELECT unknown_function(1)'),
    failing("SIGNAL SQLSTATE '45000'"),
    failing('INSERT INTO item (name) VALUES (NULL)'),
    failing(TIME_OUT[name]),
    (manager) => manager.query('SELECT SLEEP(0.001)'),
  ];
  return new RandomPrograms(steps, [cancelled, killed, streamed, streamed]);
}

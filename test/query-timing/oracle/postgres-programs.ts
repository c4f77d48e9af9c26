import type { EventEmitter } from 'node:events';
import type { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { ignore, onRunner, RandomPrograms, type Step } from '../support/random-programs';

/** A table for COMMITs that fail. */
export const LATE_TABLE = 'CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)';

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

const STEPS: readonly Step[] = [
  (manager, random) => manager.query('SELECT $1::int + 1', [random.below(9)]),
  failing('SELECT * FROM nowhere'),
  failing('SELECT 1 / 0'),
  (manager) => manager.query('SELECT pg_sleep(0.001)'),
];

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

/**
 * Random programs for a PostgreSQL with the {@link LATE_TABLE}.
 *
 * @param admin a superuser in the same database
 * @param pipelining refuses streams
 */
export function postgresPrograms(admin: Client, pipelining: boolean): RandomPrograms {
  /** Waits until the connection executes something that sleeps, then stops it as superuser. */
  async function stop(runner: QueryRunner, how: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<void> {
    const pid = ((await runner.connect()) as { processID: number }).processID;
    for (;;) {
      const { rows } = await admin.query(
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

  const streams = pipelining ? [] : [streamed, streamed];
  return new RandomPrograms(STEPS, [cancelled, killed, commitFails, ...streams]);
}

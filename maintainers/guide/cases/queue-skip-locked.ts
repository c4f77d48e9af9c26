import type { EntityManager } from 'typeorm';
import type { GuideCase } from '../guide-case';

const WORKERS = 4;

/** Stands for the work. */
async function finish(transaction: EntityManager, job: { id: number }): Promise<void> {
  await transaction.query('SELECT pg_sleep(0.02)');
  await transaction.query('UPDATE jobs SET done = true WHERE id = $1', [job.id]);
}

export const queueSkipLocked: GuideCase = {
  name: 'queue-skip-locked',
  title: "Queue workers wait for each other's lock",
  section: 'postgresql',
  keywords: ['lock', 'FOR UPDATE', 'SKIP LOCKED', 'pessimistic_write', 'queue'],
  symptom: 'the workers of a queue wait for each other, no matter how many there are',
  fix: 'FOR UPDATE SKIP LOCKED: each worker takes the next free job',
  rows: 10_000,
  testRows: 1_000,
  data: (rows) => `
CREATE TABLE jobs (id integer CONSTRAINT jobs_pkey PRIMARY KEY, done boolean NOT NULL);
INSERT INTO jobs SELECT n, false FROM generate_series(1, ${rows}) AS n;
CREATE INDEX jobs_to_do ON jobs (id) WHERE NOT done;
VACUUM (ANALYZE) jobs;`,
  fewerPages: 1,
  variants: [
    {
      name: 'FOR UPDATE',
      reset: 'UPDATE jobs SET done = false WHERE done;',
      run: async ({ manager, waitForBlocked, record }) => {
        let taken = 0;
        const work = () =>
          manager.transaction(async (transaction) => {
            const [job] = await transaction.query<[{ id: number }]>(
              'SELECT id FROM jobs WHERE NOT done ORDER BY id LIMIT 1 FOR UPDATE',
            );
            if (taken++ === 0) await waitForBlocked(WORKERS - 1);
            await finish(transaction, job);
          });
        await Promise.all(Array.from({ length: WORKERS }, work));
        record('workers with a job at the same time', 1);
        return manager.query('SELECT id FROM jobs WHERE done ORDER BY id');
      },
      expect: {
        statements: 5 * WORKERS + 1,
        plan: ['LockRows', 'Index Scan using jobs_to_do'],
        facts: { 'workers with a job at the same time': 1 },
      },
    },
    {
      name: 'SKIP LOCKED',
      reset: 'UPDATE jobs SET done = false WHERE done;',
      run: async ({ manager, record }) => {
        let taken = 0;
        const work = () =>
          manager.transaction(async (transaction) => {
            const [job] = await transaction.query<[{ id: number }]>(
              'SELECT id FROM jobs WHERE NOT done ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED',
            );
            taken += 1;
            // No worker finishes before every worker has a job.
            while (taken < WORKERS) await new Promise(setImmediate);
            await finish(transaction, job);
          });
        await Promise.all(Array.from({ length: WORKERS }, work));
        record('workers with a job at the same time', taken);
        return manager.query('SELECT id FROM jobs WHERE done ORDER BY id');
      },
      expect: {
        statements: 5 * WORKERS + 1,
        plan: ['LockRows', 'Index Scan using jobs_to_do'],
        facts: { 'workers with a job at the same time': WORKERS },
      },
    },
  ],
};

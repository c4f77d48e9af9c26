import type { EntityManager } from 'typeorm';
import type { GuideCase } from '../guide-case';

const BUYERS = 8;

/** Stands for the rest of the request: other statements, a call to another service. */
const restOfTheRequest = (transaction: EntityManager) => transaction.query('SELECT pg_sleep(0.02)');

export const hotRow: GuideCase = {
  name: 'hot-row',
  title: 'A row that every request updates',
  section: 'postgresql',
  keywords: ['lock', 'UPDATE', 'counter', 'contention', 'increment()'],
  symptom: 'an UPDATE by primary key is slow, but only with concurrent requests',
  fix: 'update the contested row last: its lock is held until the commit',
  rows: 10,
  testRows: 10,
  data: (rows) => `
CREATE TABLE counters (id integer CONSTRAINT counters_pkey PRIMARY KEY, value integer NOT NULL);
INSERT INTO counters SELECT n, 0 FROM generate_series(1, ${rows}) AS n;
VACUUM (ANALYZE) counters;`,
  fewerPages: 1,
  variants: [
    {
      name: 'updated first',
      reset: 'UPDATE counters SET value = 0;',
      run: async ({ manager, waitForBlocked, record }) => {
        let served = 0;
        const buy = () =>
          manager.transaction(async (transaction) => {
            await transaction.query('UPDATE counters SET value = value + 1 WHERE id = 1');
            if (served++ === 0) await waitForBlocked(BUYERS - 1);
            await restOfTheRequest(transaction);
          });
        await Promise.all(Array.from({ length: BUYERS }, buy));
        record('buyers waiting for the first one', BUYERS - 1);
        return manager.query('SELECT value FROM counters WHERE id = 1');
      },
      expect: {
        statements: 4 * BUYERS + 1,
        plan: ['Update on counters'],
        facts: { 'buyers waiting for the first one': 7 },
      },
    },
    {
      name: 'updated last',
      reset: 'UPDATE counters SET value = 0;',
      run: async ({ manager }) => {
        const buy = () =>
          manager.transaction(async (transaction) => {
            await restOfTheRequest(transaction);
            await transaction.query('UPDATE counters SET value = value + 1 WHERE id = 1');
          });
        await Promise.all(Array.from({ length: BUYERS }, buy));
        return manager.query('SELECT value FROM counters WHERE id = 1');
      },
      expect: { statements: 4 * BUYERS + 1, plan: ['Update on counters'] },
    },
  ],
};

import type { EntityManager } from 'typeorm';
import type { GuideCase } from '../guide-case';

const BUYERS = 8;

/** Stands for the rest of the request: other statements, the answer of somebody else. */
const restOfTheRequest = (transaction: EntityManager) => transaction.query('SELECT pg_sleep(0.02)');

export const hotRow: GuideCase = {
  name: 'hot-row',
  symptom: 'an UPDATE by primary key is slow, and only when many come at once',
  remedy: 'touch the row that everybody wants last: its lock is held until the commit',
  rows: 10,
  testRows: 10,
  data: (rows) => `
CREATE TABLE counters (id integer CONSTRAINT counters_pkey PRIMARY KEY, value integer NOT NULL);
INSERT INTO counters SELECT n, 0 FROM generate_series(1, ${rows}) AS n;
VACUUM (ANALYZE) counters;`,
  fewerPages: 1,
  ways: [
    {
      name: 'locked first',
      reset: 'UPDATE counters SET value = 0;',
      run: async ({ manager, untilWaiting, note }) => {
        let served = 0;
        const buy = () =>
          manager.transaction(async (transaction) => {
            await transaction.query('UPDATE counters SET value = value + 1 WHERE id = 1');
            if (served++ === 0) await untilWaiting(BUYERS - 1);
            await restOfTheRequest(transaction);
          });
        await Promise.all(Array.from({ length: BUYERS }, buy));
        note('buyers that wait while one is served', BUYERS - 1);
        return manager.query('SELECT value FROM counters WHERE id = 1');
      },
      expect: {
        statements: 4 * BUYERS + 1,
        plan: ['Update on counters'],
        facts: { 'buyers that wait while one is served': 7 },
      },
    },
    {
      name: 'locked last',
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

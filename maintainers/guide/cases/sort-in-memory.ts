import type { EntityManager } from 'typeorm';
import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

const report = (manager: EntityManager) =>
  manager.query('SELECT id FROM orders ORDER BY total_amount, id OFFSET 10000 LIMIT 1');

export const sortInMemory: GuideCase = {
  name: 'sort-in-memory',
  symptom: 'EXPLAIN says "external merge Disk", and temporary files are written',
  remedy: 'more work_mem for this one report, with SET LOCAL in its transaction',
  rows: 1_000_000,
  testRows: 40_000,
  data: ordersTable,
  fewerPages: 1,
  ways: [
    {
      name: 'little work_mem',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL work_mem = '64kB'`);
          return report(transaction);
        }),
      expect: { statements: 4, plan: ['Sort'] },
    },
    {
      name: 'enough work_mem',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL work_mem = '64MB'`);
          return report(transaction);
        }),
      expect: { statements: 4, plan: ['Sort'] },
    },
  ],
};

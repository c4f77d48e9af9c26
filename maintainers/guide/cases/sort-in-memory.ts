import type { EntityManager } from 'typeorm';
import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

const report = (manager: EntityManager) =>
  manager.query('SELECT id FROM orders ORDER BY total_amount, id OFFSET 10000 LIMIT 1');

export const sortInMemory: GuideCase = {
  name: 'sort-in-memory',
  title: 'A sort that spills to disk',
  section: 'postgresql',
  keywords: ['ORDER BY', 'sort', 'work_mem', 'external merge', 'temporary files'],
  symptom: 'EXPLAIN shows "external merge Disk", and temporary files are written',
  fix: 'set a larger work_mem for this report, with SET LOCAL in its transaction',
  rows: 1_000_000,
  testRows: 40_000,
  data: ordersTable,
  fewerPages: 1,
  variants: [
    {
      name: 'small work_mem',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL work_mem = '64kB'`);
          return report(transaction);
        }),
      expect: { statements: 4, plan: ['Sort'] },
    },
    {
      name: 'sufficient work_mem',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL work_mem = '64MB'`);
          return report(transaction);
        }),
      expect: { statements: 4, plan: ['Sort'] },
    },
  ],
};

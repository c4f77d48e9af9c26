import type { GuideCase } from '../guide-case';
import { customersTable, ordersTable, customersFor } from '../shop';

/** The second half of the customers has never ordered. */
export const notInSubquery: GuideCase = {
  name: 'not-in-subquery',
  title: 'NOT IN (SELECT …) is slow and fails on NULL',
  section: 'joins',
  keywords: ['NOT IN', 'IN', 'Not(In())', 'NOT EXISTS', 'NULL'],
  symptom:
    'NOT IN (SELECT …) takes very long once its list exceeds work_mem, and returns no rows if the list contains NULL',
  fix: 'use NOT EXISTS: an anti join',
  rows: 50_000,
  testRows: 4_000,
  data: (orders) => `${customersTable(2 * customersFor(orders))}${ordersTable(orders)}
CREATE INDEX orders_by_customer ON orders (customer_id);
VACUUM (ANALYZE) orders;`,
  fewerPages: 1,
  variants: [
    {
      name: 'NOT IN',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          // Stands for a list that exceeds work_mem.
          await transaction.query(`SET LOCAL work_mem = '64kB'`);
          return transaction.query(`SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)`);
        }),
      expect: { statements: 4, plan: ['Seq Scan on customers'], without: ['Anti Join'] },
    },
    {
      name: 'NOT EXISTS',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL work_mem = '64kB'`);
          return transaction.query(
            `SELECT count(*) FROM customers AS c
              WHERE NOT EXISTS (SELECT FROM orders AS o WHERE o.customer_id = c.id)`,
          );
        }),
      expect: { statements: 4, plan: ['Anti Join'] },
    },
  ],
};

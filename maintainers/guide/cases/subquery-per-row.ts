import type { GuideCase } from '../guide-case';
import { customersFor, customersTable, ordersTable } from '../shop';

export const subqueryPerRow: GuideCase = {
  name: 'subquery-per-row',
  title: 'A subquery that reads a table for each row',
  section: 'query shape',
  keywords: ['SELECT', 'subquery', 'SubPlan', 'loops', 'count(*)', 'GROUP BY'],
  symptom: 'EXPLAIN ANALYZE shows a SubPlan with many loops, each of which reads a whole table',
  fix: 'join with one GROUP BY, which reads the table once; for a few rows of a large table, an index for the subquery',
  rows: 100_000,
  testRows: 20_000,
  data: (orders) => `${customersTable(customersFor(orders))}${ordersTable(orders)}`,
  fewerPages: 5,
  variants: [
    {
      name: 'subquery per row',
      run: ({ manager }) =>
        manager.query(
          `SELECT c.id, (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) AS orders
             FROM customers AS c WHERE c.id <= 20 ORDER BY c.id`,
        ),
      expect: { statements: 1, plan: ['customers', 'Seq Scan on orders'] },
    },
    {
      name: 'one GROUP BY',
      run: ({ manager }) =>
        manager.query(
          `SELECT c.id, coalesce(o.orders, 0) AS orders
             FROM customers AS c
             LEFT JOIN (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) AS o
               ON o.customer_id = c.id
            WHERE c.id <= 20 ORDER BY c.id`,
        ),
      expect: { statements: 1, plan: ['Seq Scan on orders'] },
    },
  ],
};

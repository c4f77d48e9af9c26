import type { GuideCase } from '../guide-case';
import { customersTable, ordersTable, customersFor } from '../shop';

export const topPerGroup: GuideCase = {
  name: 'top-per-group',
  title: 'The latest row of each group',
  section: 'query shape',
  keywords: ['GROUP BY', 'DISTINCT ON', 'DISTINCT', 'row_number()', 'LATERAL', 'latest'],
  symptom: 'the latest row of each group sorts all rows',
  fix: 'use LATERAL with LIMIT 1: one index lookup per group',
  rows: 1_000_000,
  testRows: 20_000,
  data: (orders) => `${customersTable(customersFor(orders))}${ordersTable(orders)}
CREATE INDEX orders_by_customer ON orders (customer_id, placed_at DESC);`,
  fewerPages: 2,
  variants: [
    {
      name: 'window function',
      run: ({ manager }) =>
        manager.query(
          `SELECT customer_id, id FROM (
             SELECT customer_id, id, row_number() OVER (PARTITION BY customer_id ORDER BY placed_at DESC) AS place
               FROM orders) AS ranked
            WHERE place = 1 ORDER BY customer_id LIMIT 10000`,
        ),
      expect: { statements: 1, plan: ['WindowAgg'] },
    },
    {
      name: 'LATERAL',
      run: ({ manager }) =>
        manager.query(
          `SELECT c.id AS customer_id, newest.id
             FROM customers AS c
            CROSS JOIN LATERAL (
              SELECT id FROM orders WHERE customer_id = c.id ORDER BY placed_at DESC LIMIT 1) AS newest
            ORDER BY c.id LIMIT 10000`,
        ),
      expect: { statements: 1, plan: ['Nested Loop', 'Limit', 'Index Scan using orders_by_customer'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

export const sargableFilter: GuideCase = {
  name: 'sargable-filter',
  title: 'date_trunc(column) does not use the index',
  section: 'filters',
  keywords: ['function in WHERE', 'date_trunc', '::date', 'coalesce', 'BETWEEN'],
  symptom: 'placed_at is indexed, but the orders of one day still read the whole table',
  fix: 'compare the bare column with a range',
  rows: 2_000_000,
  testRows: 20_000,
  data: (orders) => `${ordersTable(orders)}
CREATE INDEX orders_by_time ON orders (placed_at);`,
  fewerPages: 5,
  variants: [
    {
      name: 'function of the column',
      run: ({ manager }) =>
        manager.query(`SELECT sum(total_amount) FROM orders WHERE date_trunc('day', placed_at, 'UTC') = $1`, [
          '2025-01-05T00:00:00Z',
        ]),
      expect: { statements: 1, plan: ['Seq Scan on orders'] },
    },
    {
      name: 'range',
      run: ({ manager }) =>
        manager.query(`SELECT sum(total_amount) FROM orders WHERE placed_at >= $1 AND placed_at < $2`, [
          '2025-01-05T00:00:00Z',
          '2025-01-06T00:00:00Z',
        ]),
      expect: { statements: 1, plan: ['Index Scan using orders_by_time'], without: ['Seq Scan'] },
    },
  ],
};

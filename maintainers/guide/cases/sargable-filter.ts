import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

export const sargableFilter: GuideCase = {
  name: 'sargable-filter',
  symptom: 'placed_at is indexed, and the orders of one day still take a scan of the table',
  remedy: 'leave the column alone and move the work to the other side: a range',
  rows: 2_000_000,
  testRows: 20_000,
  data: (orders) => `${ordersTable(orders)}
CREATE INDEX orders_by_time ON orders (placed_at);`,
  fewerPages: 5,
  ways: [
    {
      name: 'a function of the column',
      run: ({ manager }) =>
        manager.query(`SELECT sum(total_amount) FROM orders WHERE date_trunc('day', placed_at, 'UTC') = $1`, [
          '2025-01-05T00:00:00Z',
        ]),
      expect: { statements: 1, plan: ['Seq Scan on orders'] },
    },
    {
      name: 'a range',
      run: ({ manager }) =>
        manager.query(`SELECT sum(total_amount) FROM orders WHERE placed_at >= $1 AND placed_at < $2`, [
          '2025-01-05T00:00:00Z',
          '2025-01-06T00:00:00Z',
        ]),
      expect: { statements: 1, plan: ['Index Scan using orders_by_time'], without: ['Seq Scan'] },
    },
  ],
};

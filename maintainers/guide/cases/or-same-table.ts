import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

export const orSameTable: GuideCase = {
  name: 'or-same-table',
  symptom: 'belief: OR never uses an index, write UNION or IN instead',
  remedy: 'false on one table: PostgreSQL combines the indexes, and since 18 turns OR on one column into = ANY itself',
  rows: 1_000_000,
  testRows: 20_000,
  data: (orders) => `${ordersTable(orders)}
CREATE INDEX orders_by_customer ON orders (customer_id);`,
  fewerPages: 1,
  noFaster: true,
  ways: [
    {
      name: 'OR',
      run: ({ manager }) =>
        manager.query('SELECT id FROM orders WHERE customer_id = $1 OR customer_id = $2 ORDER BY id', [7, 42]),
      expect: { statements: 1, plan: ['orders_by_customer'], without: ['BitmapOr', 'Seq Scan'] },
    },
    {
      name: 'IN',
      run: ({ manager }) => manager.query('SELECT id FROM orders WHERE customer_id IN ($1, $2) ORDER BY id', [7, 42]),
      expect: { statements: 1, plan: ['orders_by_customer'], without: ['Seq Scan'] },
    },
    {
      name: '= ANY',
      run: ({ manager }) => manager.query('SELECT id FROM orders WHERE customer_id = ANY ($1) ORDER BY id', [[7, 42]]),
      expect: { statements: 1, plan: ['orders_by_customer'], without: ['Seq Scan'] },
    },
  ],
};

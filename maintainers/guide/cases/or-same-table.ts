import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

export const orSameTable: GuideCase = {
  name: 'or-same-table',
  title: 'Myth: OR never uses an index',
  section: 'filters',
  keywords: ['OR', 'IN', '= ANY', 'UNION', 'myth'],
  symptom: 'myth: OR never uses an index and has to be a UNION or IN',
  fix: 'false on one table: PostgreSQL combines indexes, and since 18 turns OR on one column into = ANY',
  rows: 1_000_000,
  testRows: 20_000,
  data: (orders) => `${ordersTable(orders)}
CREATE INDEX orders_by_customer ON orders (customer_id);`,
  fewerPages: 1,
  notFaster: true,
  variants: [
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

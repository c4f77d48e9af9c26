import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

export const skipScan: GuideCase = {
  name: 'skip-scan',
  title: 'Myth: an index is useless without its first column',
  section: 'postgresql',
  keywords: ['index', 'skip scan', 'composite index', 'myth'],
  symptom: 'myth: an index cannot be used without a condition on its first column',
  fix: 'false since PostgreSQL 18 if the first column has few values; a separate index still reads less',
  rows: 1_000_000,
  testRows: 30_000,
  data: ordersTable,
  fewerPages: 1.5,
  notFaster: true,
  variants: [
    {
      name: '(status, customer_id)',
      prepare: 'CREATE INDEX orders_by_status ON orders (status, customer_id);\nVACUUM (ANALYZE) orders;',
      run: ({ manager }) => manager.query('SELECT count(*) FROM orders WHERE customer_id = $1', [42]),
      expect: { statements: 1, plan: ['Index Only Scan using orders_by_status'], without: ['Seq Scan'] },
    },
    {
      name: '(customer_id)',
      prepare: 'DROP INDEX orders_by_status;\nCREATE INDEX orders_by_customer ON orders (customer_id);',
      run: ({ manager }) => manager.query('SELECT count(*) FROM orders WHERE customer_id = $1', [42]),
      expect: { statements: 1, plan: ['Index Only Scan using orders_by_customer'] },
    },
  ],
};

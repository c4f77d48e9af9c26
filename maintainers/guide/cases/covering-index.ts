import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

export const coveringIndex: GuideCase = {
  name: 'covering-index',
  title: 'A covering index saves the reads of the table',
  section: 'indexes',
  keywords: ['index', 'INCLUDE', 'SUM', 'Index Only Scan', 'Heap Fetches'],
  symptom: 'an index finds the rows, and reading each row costs another page',
  fix: 'add the columns that are only read to the index, with INCLUDE',
  rows: 1_000_000,
  testRows: 60_000,
  data: ordersTable,
  fewerPages: 5,
  variants: [
    {
      name: 'index on the filter',
      prepare: 'CREATE INDEX orders_by_customer ON orders (customer_id);',
      run: ({ manager }) =>
        manager.query('SELECT sum(total_amount) FROM orders WHERE customer_id BETWEEN $1 AND $2', [1, 10]),
      expect: { statements: 1, plan: ['Bitmap Heap Scan on orders'] },
    },
    {
      name: 'covering index',
      prepare: `
        CREATE INDEX orders_totals ON orders (customer_id) INCLUDE (total_amount);
        VACUUM orders;`,
      run: ({ manager }) =>
        manager.query('SELECT sum(total_amount) FROM orders WHERE customer_id BETWEEN $1 AND $2', [1, 10]),
      expect: { statements: 1, plan: ['Index Only Scan using orders_totals'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { customersTable } from '../shop';

export const expressionIndex: GuideCase = {
  name: 'expression-index',
  title: 'lower(email) does not use the index on email',
  section: 'indexes',
  keywords: ['index', 'lower()', 'upper()', 'case-insensitive', 'function in WHERE'],
  symptom: 'the column is indexed, but the filter applies a function to it',
  fix: 'index the expression',
  rows: 1_000_000,
  testRows: 20_000,
  data: customersTable,
  fewerPages: 20,
  variants: [
    {
      name: 'index on email',
      prepare: 'CREATE INDEX customers_by_email ON customers (email);',
      run: ({ manager }) =>
        manager.query('SELECT id FROM customers WHERE lower(email) = $1', ['customer4711@example.org']),
      expect: { statements: 1, plan: ['Seq Scan on customers'] },
    },
    {
      name: 'index on lower(email)',
      prepare: `
        CREATE INDEX customers_by_lower_email ON customers (lower(email));
        ANALYZE customers;`,
      run: ({ manager }) =>
        manager.query('SELECT id FROM customers WHERE lower(email) = $1', ['customer4711@example.org']),
      expect: { statements: 1, plan: ['Index Scan using customers_by_lower_email'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { customersFor, customersTable, ordersTable } from '../shop';

export const orAcrossTables: GuideCase = {
  name: 'or-across-tables',
  title: 'OR across two tables',
  section: 'filters',
  keywords: ['OR', 'UNION', 'JOIN'],
  symptom: 'OR between columns of two tables reads both tables, although both columns are indexed',
  fix: 'write a UNION of two queries, each of which uses its index',
  rows: 1_000_000,
  testRows: 60_000,
  data: (orders) => `${customersTable(customersFor(orders))}${ordersTable(orders)}
CREATE INDEX customers_by_email ON customers (email);
CREATE INDEX orders_by_customer ON orders (customer_id);`,
  fewerPages: 2,
  variants: [
    {
      name: 'OR',
      run: ({ manager }) =>
        manager.query(
          `SELECT o.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
            WHERE o.id = $1 OR c.email = $2
            ORDER BY o.id`,
          [7, 'Customer42@Example.org'],
        ),
      expect: { statements: 1, plan: ['Hash Join', 'Seq Scan on orders'] },
    },
    {
      name: 'UNION',
      run: ({ manager }) =>
        manager.query(
          `SELECT o.id FROM orders AS o WHERE o.id = $1
            UNION
           SELECT o.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE c.email = $2
            ORDER BY id`,
          [7, 'Customer42@Example.org'],
        ),
      expect: { statements: 1, plan: ['orders_pkey', 'customers_by_email'], without: ['Seq Scan'] },
    },
  ],
};

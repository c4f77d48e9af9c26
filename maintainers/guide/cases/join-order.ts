import type { GuideCase } from '../guide-case';
import { customersFor, customersTable, itemsTable, ordersTable } from '../shop';

export const joinOrder: GuideCase = {
  name: 'join-order',
  title: 'Myth: the small table must come first in a join',
  section: 'joins',
  keywords: ['JOIN', 'join order', 'join_collapse_limit', 'myth'],
  symptom: 'myth: the small table must come first in the FROM list',
  fix: 'false: the planner orders up to join_collapse_limit (8) tables itself',
  rows: 900_000,
  testRows: 60_000,
  data: (items) => {
    const orders = Math.ceil(items / 3);
    return `${customersTable(customersFor(orders))}${ordersTable(orders)}${itemsTable(orders)}
CREATE INDEX customers_by_email ON customers (email);
CREATE INDEX orders_by_customer ON orders (customer_id);`;
  },
  fewerPages: 1,
  notFaster: true,
  variants: [
    {
      name: 'order as written',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          await transaction.query('SET LOCAL join_collapse_limit = 1');
          return transaction.query(
            `SELECT sum(l.quantity) FROM order_items AS l
               JOIN orders AS o ON o.id = l.order_id
               JOIN customers AS c ON c.id = o.customer_id
              WHERE c.email = 'Customer42@Example.org'`,
          );
        }),
      expect: { statements: 4, plan: ['Seq Scan on order_items'] },
    },
    {
      name: 'large table first',
      run: ({ manager }) =>
        manager.query(
          `SELECT sum(l.quantity) FROM order_items AS l
             JOIN orders AS o ON o.id = l.order_id
             JOIN customers AS c ON c.id = o.customer_id
            WHERE c.email = 'Customer42@Example.org'`,
        ),
      expect: { statements: 1, plan: ['customers_by_email', 'order_items_pkey'], without: ['Seq Scan on order_items'] },
    },
    {
      name: 'small table first',
      run: ({ manager }) =>
        manager.query(
          `SELECT sum(l.quantity) FROM customers AS c
             JOIN orders AS o ON o.customer_id = c.id
             JOIN order_items AS l ON l.order_id = o.id
            WHERE c.email = 'Customer42@Example.org'`,
        ),
      expect: { statements: 1, plan: ['customers_by_email', 'order_items_pkey'], without: ['Seq Scan on order_items'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';
import { Between } from 'typeorm';

const from = new Date('2025-01-02T00:00:00Z');
const to = new Date('2025-11-01T00:00:00Z');

export const indexColumnOrder: GuideCase = {
  name: 'index-column-order',
  title: 'Index columns in the wrong order',
  section: 'indexes',
  keywords: ['index', 'BETWEEN', 'composite index', 'column order', 'ORDER BY'],
  symptom: 'a query uses an index of two columns and still reads many pages',
  fix: 'put columns compared with = first, the range or the sort column last',
  rows: 2_000_000,
  testRows: 60_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 2,
  variants: [
    {
      name: '(placed_at, customer_id)',
      prepare: 'CREATE INDEX orders_by_time ON orders (placed_at, customer_id);',
      run: ({ manager }) =>
        manager.find(OrderEntity, {
          where: { customerId: 42, placedAt: Between(from, to) },
          order: { placedAt: 'ASC' },
        }),
      expect: { statements: 1, plan: ['Index Scan using orders_by_time'] },
    },
    {
      name: '(customer_id, placed_at)',
      prepare: 'DROP INDEX orders_by_time;\nCREATE INDEX orders_by_customer ON orders (customer_id, placed_at);',
      run: ({ manager }) =>
        manager.find(OrderEntity, {
          where: { customerId: 42, placedAt: Between(from, to) },
          order: { placedAt: 'ASC' },
        }),
      expect: { statements: 1, plan: ['Index Scan using orders_by_customer'], without: ['Sort'] },
    },
  ],
};

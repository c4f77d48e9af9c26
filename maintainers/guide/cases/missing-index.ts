import type { GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';

export const missingIndex: GuideCase = {
  name: 'missing-index',
  title: 'A filter without an index reads the whole table',
  section: 'indexes',
  keywords: ['index', 'WHERE', 'Seq Scan', 'full table scan'],
  symptom: 'a filter reads the whole table',
  fix: 'create an index on the filtered column',
  rows: 2_000_000,
  testRows: 20_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 2,
  variants: [
    {
      name: 'no index',
      run: ({ manager }) => manager.find(OrderEntity, { where: { customerId: 42 }, order: { id: 'ASC' } }),
      expect: { statements: 1, plan: ['Seq Scan on orders'] },
    },
    {
      name: 'index',
      prepare: 'CREATE INDEX orders_by_customer ON orders (customer_id);',
      run: ({ manager }) => manager.find(OrderEntity, { where: { customerId: 42 }, order: { id: 'ASC' } }),
      expect: { statements: 1, plan: ['orders_by_customer'], without: ['Seq Scan'] },
    },
  ],
};

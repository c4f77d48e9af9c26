import type { GuideCase } from '../guide-case';
import { OrderRecord, ordersTable, shopRecords } from '../shop';

export const missingIndex: GuideCase = {
  name: 'missing-index',
  symptom: 'a filter reads the whole table',
  remedy: 'index the column of the filter',
  rows: 2_000_000,
  testRows: 20_000,
  entities: shopRecords,
  data: ordersTable,
  fewerPages: 2,
  ways: [
    {
      name: 'no index',
      run: ({ manager }) => manager.find(OrderRecord, { where: { customerId: 42 }, order: { id: 'ASC' } }),
      expect: { statements: 1, plan: ['Seq Scan on orders'] },
    },
    {
      name: 'index',
      prepare: 'CREATE INDEX orders_by_customer ON orders (customer_id);',
      run: ({ manager }) => manager.find(OrderRecord, { where: { customerId: 42 }, order: { id: 'ASC' } }),
      expect: { statements: 1, plan: ['orders_by_customer'], without: ['Seq Scan'] },
    },
  ],
};

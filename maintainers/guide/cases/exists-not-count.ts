import type { GuideCase } from '../guide-case';
import { OrderRecord, ordersTable, shopRecords } from '../shop';

export const existsNotCount: GuideCase = {
  name: 'exists-not-count',
  symptom: 'code counts rows to learn whether there is one',
  remedy: 'exists(): PostgreSQL stops at the first row',
  rows: 1_000_000,
  testRows: 20_000,
  entities: shopRecords,
  data: ordersTable,
  fewerPages: 20,
  ways: [
    {
      name: 'count',
      run: async ({ manager }) => (await manager.count(OrderRecord, { where: { status: 'cancelled' } })) > 0,
      expect: { statements: 1, plan: ['Aggregate'] },
    },
    {
      name: 'exists',
      run: ({ manager }) => manager.exists(OrderRecord, { where: { status: 'cancelled' } }),
      expect: { statements: 1 },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';

export const existsNotCount: GuideCase = {
  name: 'exists-not-count',
  title: 'count(*) > 0 instead of exists()',
  section: 'query shape',
  keywords: ['count(*)', 'count()', 'exists()', 'EXISTS'],
  symptom: 'code counts rows to find out whether there is one',
  fix: 'use exists(): PostgreSQL stops at the first row',
  rows: 1_000_000,
  testRows: 20_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 20,
  variants: [
    {
      name: 'count',
      run: async ({ manager }) => (await manager.count(OrderEntity, { where: { status: 'cancelled' } })) > 0,
      expect: { statements: 1, plan: ['Aggregate'] },
    },
    {
      name: 'exists',
      run: ({ manager }) => manager.exists(OrderEntity, { where: { status: 'cancelled' } }),
      expect: { statements: 1 },
    },
  ],
};

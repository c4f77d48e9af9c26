import type { GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';

export const estimatedCount: GuideCase = {
  name: 'estimated-count',
  title: 'count(*) of a whole table',
  section: 'query shape',
  keywords: ['count(*)', 'count()', 'estimate', 'reltuples', 'total'],
  symptom: 'a list displays "about n rows" and counts the whole table for it',
  fix: 'read the estimate of the statistics: reltuples',
  rows: 2_000_000,
  testRows: 20_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 5,
  variants: [
    {
      name: 'count(*)',
      run: ({ manager }) => manager.count(OrderEntity),
      expect: { statements: 1, plan: ['Aggregate'] },
    },
    {
      name: 'reltuples',
      run: async ({ manager }) => {
        const [row] = await manager.query<[{ orders: number }]>(
          `SELECT reltuples::int AS orders FROM pg_class WHERE oid = 'orders'::regclass`,
        );
        return row.orders;
      },
      expect: { statements: 1 },
    },
  ],
};

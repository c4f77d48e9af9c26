import type { GuideCase } from '../guide-case';
import { OrderRecord, ordersTable, shopRecords } from '../shop';

export const estimatedCount: GuideCase = {
  name: 'estimated-count',
  symptom: 'a list shows "about so many", and counts the whole table for it',
  remedy: 'ask the statistics: reltuples',
  rows: 2_000_000,
  testRows: 20_000,
  entities: shopRecords,
  data: ordersTable,
  fewerPages: 5,
  ways: [
    {
      name: 'count(*)',
      run: ({ manager }) => manager.count(OrderRecord),
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

import type { GuideCase } from '../guide-case';
import { linesTable, OrderRecord, ordersTable, shopRecords } from '../shop';

export const pageWithRelations: GuideCase = {
  name: 'page-with-relations',
  symptom: 'find() with relations and take is slow, and its first statement has SELECT DISTINCT',
  remedy: "relationLoadStrategy: 'query', so that the page is cut before the relations are fetched",
  rows: 600_000,
  testRows: 6_000,
  entities: shopRecords,
  data: (lines) => ordersTable(Math.ceil(lines / 3)) + linesTable(Math.ceil(lines / 3)),
  fewerPages: 5,
  ways: [
    {
      name: 'join',
      run: ({ manager }) =>
        manager.find(OrderRecord, {
          relations: { lines: true },
          order: { id: 'DESC' },
          take: 20,
        }),
      expect: { statements: 2, plan: ['HashAggregate'] },
    },
    {
      name: 'query',
      run: ({ manager }) =>
        manager.find(OrderRecord, {
          relations: { lines: true },
          relationLoadStrategy: 'query',
          order: { id: 'DESC' },
          take: 20,
        }),
      expect: { statements: 2 },
    },
  ],
};

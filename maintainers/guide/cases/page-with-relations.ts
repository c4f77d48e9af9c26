import type { GuideCase } from '../guide-case';
import { itemsTable, type Order, OrderRecord, ordersTable, shopRecords } from '../shop';

/** Nobody asked for an order of the items, and the ways bring them in different ones. */
function tidy(orders: Order[]): Order[] {
  for (const { items } of orders) items?.sort((a, b) => a.itemNumber - b.itemNumber);
  return orders;
}

export const pageWithRelations: GuideCase = {
  name: 'page-with-relations',
  symptom: 'find() with relations and take is slow, and its first statement begins with SELECT DISTINCT',
  remedy: "relationLoadStrategy: 'query', so that the page is cut before the relations are fetched",
  rows: 600_000,
  testRows: 6_000,
  entities: shopRecords,
  data: (items) => ordersTable(Math.ceil(items / 3)) + itemsTable(Math.ceil(items / 3)),
  fewerPages: 1.5,
  ways: [
    {
      name: 'join',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderRecord, {
          relations: { items: true },
          order: { placedAt: 'DESC' },
          take: 20,
        });
        return tidy(orders);
      },
      expect: { statements: 2, plan: ['Join'] },
    },
    {
      name: 'query',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderRecord, {
          relations: { items: true },
          relationLoadStrategy: 'query',
          order: { placedAt: 'DESC' },
          take: 20,
        });
        return tidy(orders);
      },
      // TypeORM asks for the items, and once more for which order they belong to.
      expect: { statements: 3, plan: ['Limit', 'Sort', 'Seq Scan on orders'], without: ['Join'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { itemsTable, type Order, OrderEntity, ordersTable, shopEntities } from '../shop';

/** The query does not order the items, and the variants return them in different orders. */
function sortItems(orders: Order[]): Order[] {
  for (const { items } of orders) items?.sort((a, b) => a.itemNumber - b.itemNumber);
  return orders;
}

export const pageWithRelations: GuideCase = {
  name: 'page-with-relations',
  title: 'find() with relations and take sends SELECT DISTINCT',
  section: 'typeorm',
  keywords: ['take', 'relations', 'DISTINCT', 'leftJoinAndSelect', 'relationLoadStrategy', 'LIMIT', 'pagination'],
  symptom: 'find() with relations and take is slow, and its first statement begins with SELECT DISTINCT',
  fix: "relationLoadStrategy: 'query' selects the page first and loads its relations afterwards",
  rows: 600_000,
  testRows: 6_000,
  entities: shopEntities,
  data: (items) => ordersTable(Math.ceil(items / 3)) + itemsTable(Math.ceil(items / 3)),
  fewerPages: 1.5,
  variants: [
    {
      name: 'join',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderEntity, {
          relations: { items: true },
          order: { placedAt: 'DESC' },
          take: 20,
        });
        return sortItems(orders);
      },
      expect: { statements: 2, plan: ['Join'] },
    },
    {
      name: 'query',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderEntity, {
          relations: { items: true },
          relationLoadStrategy: 'query',
          order: { placedAt: 'DESC' },
          take: 20,
        });
        return sortItems(orders);
      },
      // TypeORM selects the items, then again their keys, to assign them to the orders.
      expect: { statements: 3, plan: ['Limit', 'Sort', 'Seq Scan on orders'], without: ['Join'] },
    },
  ],
};

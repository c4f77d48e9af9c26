import { Between, In } from 'typeorm';
import type { GuideCase } from '../guide-case';
import { itemsTable, OrderItemEntity, type OrderItem, OrderEntity, ordersTable, shopEntities } from '../shop';

const hundred = { where: { id: Between(1, 100) }, order: { id: 'ASC' } } as const;

export const nPlusOne: GuideCase = {
  name: 'n-plus-one',
  title: 'N+1: a query per row',
  section: 'typeorm',
  keywords: ['N+1', 'relations', 'lazy relation', 'loop', 'leftJoinAndSelect'],
  symptom: 'one request increases db_queries_total by a hundred',
  fix: 'load the related rows together: a join, or one more query',
  rows: 1_000_000,
  testRows: 6_000,
  entities: shopEntities,
  data: (items) => ordersTable(Math.ceil(items / 3)) + itemsTable(Math.ceil(items / 3)),
  fewerPages: 2,
  variants: [
    {
      name: 'loop',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderEntity, hundred);
        for (const order of orders) {
          order.items = await manager.find(OrderItemEntity, {
            where: { orderId: order.id },
            order: { itemNumber: 'ASC' },
          });
        }
        return orders;
      },
      expect: { statements: 101 },
    },
    {
      name: 'join',
      run: ({ manager }) =>
        manager.find(OrderEntity, {
          ...hundred,
          relations: { items: true },
          order: { id: 'ASC', items: { itemNumber: 'ASC' } },
        }),
      expect: { statements: 1 },
    },
    {
      name: 'two statements',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderEntity, hundred);
        const items = await manager.find(OrderItemEntity, {
          where: { orderId: In(orders.map(({ id }) => id)) },
          order: { orderId: 'ASC', itemNumber: 'ASC' },
        });
        const byId = new Map(orders.map((order) => [order.id, Object.assign(order, { items: [] as OrderItem[] })]));
        for (const item of items) byId.get(item.orderId)?.items.push(item);
        return orders;
      },
      expect: { statements: 2 },
    },
  ],
};

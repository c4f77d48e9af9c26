import { Between, In } from 'typeorm';
import type { GuideCase } from '../guide-case';
import { itemsTable, OrderItemRecord, type OrderItem, OrderRecord, ordersTable, shopRecords } from '../shop';

const hundred = { where: { id: Between(1, 100) }, order: { id: 'ASC' } } as const;

export const nPlusOne: GuideCase = {
  name: 'n-plus-one',
  symptom: 'db_queries_total rises by a hundred for one request',
  remedy: 'fetch what belongs to the rows together: a join, or one statement more',
  rows: 1_000_000,
  testRows: 6_000,
  entities: shopRecords,
  data: (items) => ordersTable(Math.ceil(items / 3)) + itemsTable(Math.ceil(items / 3)),
  fewerPages: 2,
  ways: [
    {
      name: 'a loop',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderRecord, hundred);
        for (const order of orders) {
          order.items = await manager.find(OrderItemRecord, {
            where: { orderId: order.id },
            order: { itemNumber: 'ASC' },
          });
        }
        return orders;
      },
      expect: { statements: 101 },
    },
    {
      name: 'a join',
      run: ({ manager }) =>
        manager.find(OrderRecord, {
          ...hundred,
          relations: { items: true },
          order: { id: 'ASC', items: { itemNumber: 'ASC' } },
        }),
      expect: { statements: 1 },
    },
    {
      name: 'two statements',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderRecord, hundred);
        const items = await manager.find(OrderItemRecord, {
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

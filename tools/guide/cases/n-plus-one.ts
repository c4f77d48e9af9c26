import { Between, In } from 'typeorm';
import type { GuideCase } from '../guide-case';
import { linesTable, OrderLineRecord, type OrderLine, OrderRecord, ordersTable, shopRecords } from '../shop';

const hundred = { where: { id: Between(1, 100) }, order: { id: 'ASC' } } as const;

export const nPlusOne: GuideCase = {
  name: 'n-plus-one',
  symptom: 'db_queries_total rises by a hundred for one request',
  remedy: 'fetch what belongs to the rows together: a join, or one statement more',
  rows: 1_000_000,
  testRows: 6_000,
  entities: shopRecords,
  data: (lines) => ordersTable(Math.ceil(lines / 3)) + linesTable(Math.ceil(lines / 3)),
  fewerPages: 2,
  ways: [
    {
      name: 'a loop',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderRecord, hundred);
        for (const order of orders) {
          order.lines = await manager.find(OrderLineRecord, {
            where: { orderId: order.id },
            order: { lineNumber: 'ASC' },
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
          relations: { lines: true },
          order: { id: 'ASC', lines: { lineNumber: 'ASC' } },
        }),
      expect: { statements: 1 },
    },
    {
      name: 'two statements',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderRecord, hundred);
        const lines = await manager.find(OrderLineRecord, {
          where: { orderId: In(orders.map(({ id }) => id)) },
          order: { orderId: 'ASC', lineNumber: 'ASC' },
        });
        const byId = new Map(orders.map((order) => [order.id, Object.assign(order, { lines: [] as OrderLine[] })]));
        for (const line of lines) byId.get(line.orderId)?.lines.push(line);
        return orders;
      },
      expect: { statements: 2 },
    },
  ],
};

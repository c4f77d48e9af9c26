import { In } from 'typeorm';
import type { GuideCase } from '../guide-case';
import { OrderEntity, type Order, ordersTable, shopEntities } from '../shop';

/** Ids that are spread over the table. */
const idsFor = (rows: number): number[] => Array.from({ length: 5_000 }, (_, n) => 1 + ((n * 7919) % rows));

const byId = (orders: Order[]): Order[] => orders.sort((a, b) => a.id - b.id);

export const idList: GuideCase = {
  name: 'id-list',
  title: 'In() with thousands of ids',
  section: 'filters',
  keywords: ['IN', 'In()', 'findBy', '= ANY', 'unnest', '65535', 'bind message', 'id list'],
  symptom: 'In() with 5,000 ids is slow, and fails with more than 65,535',
  fix: 'pass one array: = ANY ($1)',
  rows: 1_000_000,
  testRows: 20_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 1,
  variants: [
    {
      name: 'In()',
      run: async ({ manager, rows }) => {
        const orders = await manager.find(OrderEntity, { where: { id: In(idsFor(rows)) } });
        return byId(orders);
      },
      expect: { statements: 1, plan: ['Scan'] },
    },
    {
      name: 'In() in chunks',
      run: async ({ manager, rows }) => {
        const ids = idsFor(rows);
        const orders: Order[] = [];
        for (let start = 0; start < ids.length; start += 1_000) {
          orders.push(...(await manager.find(OrderEntity, { where: { id: In(ids.slice(start, start + 1_000)) } })));
        }
        return byId(orders);
      },
      expect: { statements: 5 },
    },
    {
      name: 'unnest',
      run: async ({ manager, rows }) => {
        const orders = await manager
          .createQueryBuilder(OrderEntity, 'o')
          .where('o.id IN (SELECT unnest(:ids::int[]))', { ids: idsFor(rows) })
          .getMany();
        return byId(orders);
      },
      expect: { statements: 1, plan: ['orders_pkey'] },
    },
    {
      name: '= ANY',
      run: async ({ manager, rows }) => {
        const orders = await manager
          .createQueryBuilder(OrderEntity, 'o')
          .where('o.id = ANY (:ids)', { ids: idsFor(rows) })
          .getMany();
        return byId(orders);
      },
      expect: { statements: 1, plan: ['orders_pkey'] },
    },
  ],
};

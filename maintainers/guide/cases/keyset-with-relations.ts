import { In } from 'typeorm';
import type { GuideCase } from '../guide-case';
import {
  itemsTable,
  type Order,
  type OrderItem,
  OrderEntity,
  OrderItemEntity,
  ordersTable,
  shopEntities,
} from '../shop';

const PAGE = 20;

/** The join does not order the items. */
function sortItems(orders: Order[]): Order[] {
  for (const { items } of orders) items?.sort((a, b) => a.itemNumber - b.itemNumber);
  return orders;
}

/** The cursor that the client sent back, half-way through the list. */
function cursorFor(items: number) {
  const lastId = Math.ceil(items / 6);
  return { lastId, lastPlacedAt: new Date(Date.UTC(2025, 0, 1) + lastId * 60_000) };
}

export const keysetWithRelations: GuideCase = {
  name: 'keyset-with-relations',
  title: 'Keyset pages with relations: take and a join',
  section: 'query shape',
  keywords: ['keyset', 'take', 'skip', 'relations', 'leftJoinAndSelect', 'DISTINCT', 'pagination'],
  symptom: 'a deep page with relations, skip and take is slow: TypeORM sends SELECT DISTINCT over the whole join',
  fix: 'select a keyset page without the join, then load the relations of its ids',
  rows: 600_000,
  testRows: 30_000,
  entities: shopEntities,
  data: (items) => `${ordersTable(Math.ceil(items / 3))}${itemsTable(Math.ceil(items / 3))}
CREATE INDEX orders_newest_first ON orders (placed_at DESC, id DESC);`,
  fewerPages: 20,
  variants: [
    {
      name: 'skip(), take() and a join',
      run: async ({ manager, rows }) => {
        const orders = await manager
          .createQueryBuilder(OrderEntity, 'o')
          .leftJoinAndSelect('o.items', 'item')
          .orderBy({ 'o.placedAt': 'DESC', 'o.id': 'DESC' })
          .skip(rows / 3 - cursorFor(rows).lastId + 1)
          .take(PAGE)
          .getMany();
        return sortItems(orders);
      },
      expect: { statements: 2, plan: ['Limit', 'Join'] },
    },
    {
      name: 'keyset, take() and a join',
      run: async ({ manager, rows }) => {
        const orders = await manager
          .createQueryBuilder(OrderEntity, 'o')
          .leftJoinAndSelect('o.items', 'item')
          .where('(o.placedAt, o.id) < (:lastPlacedAt, :lastId)', cursorFor(rows))
          .orderBy({ 'o.placedAt': 'DESC', 'o.id': 'DESC' })
          .take(PAGE)
          .getMany();
        return sortItems(orders);
      },
      expect: { statements: 2, plan: ['Join'] },
    },
    {
      name: 'keyset page, then relations',
      run: async ({ manager, rows }) => {
        const orders = await manager
          .createQueryBuilder(OrderEntity, 'o')
          .where('(o.placedAt, o.id) < (:lastPlacedAt, :lastId)', cursorFor(rows))
          .orderBy({ 'o.placedAt': 'DESC', 'o.id': 'DESC' })
          .take(PAGE)
          .getMany();
        const items = await manager.find(OrderItemEntity, {
          where: { orderId: In(orders.map(({ id }) => id)) },
          order: { orderId: 'ASC', itemNumber: 'ASC' },
        });
        const byId = new Map(orders.map((order) => [order.id, Object.assign(order, { items: [] as OrderItem[] })]));
        for (const item of items) byId.get(item.orderId)?.items.push(item);
        return orders;
      },
      expect: { statements: 2, plan: ['Limit', 'Index Scan using orders_newest_first'], without: ['Join'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';

export const sortForFirstRows: GuideCase = {
  name: 'sort-for-first-rows',
  title: 'All rows are sorted for the first ten',
  section: 'indexes',
  keywords: ['ORDER BY', 'LIMIT', 'sort', 'top-N heapsort'],
  symptom: 'a list of ten rows reads and sorts the whole table',
  fix: 'create an index in the order of the list: its first ten entries are the result',
  rows: 200_000,
  testRows: 20_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 20,
  variants: [
    {
      name: 'no index in this order',
      run: ({ manager }) =>
        manager.find(OrderEntity, { select: { id: true }, order: { totalAmount: 'DESC', id: 'ASC' }, take: 10 }),
      expect: { statements: 1, plan: ['Sort', 'Seq Scan on orders'] },
    },
    {
      name: 'index in the order of the list',
      prepare: 'CREATE INDEX orders_by_amount ON orders (total_amount DESC, id);',
      run: ({ manager }) =>
        manager.find(OrderEntity, { select: { id: true }, order: { totalAmount: 'DESC', id: 'ASC' }, take: 10 }),
      expect: { statements: 1, plan: ['orders_by_amount'], without: ['Sort', 'Seq Scan'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { OrderRecord, ordersTable, shopRecords } from '../shop';

const PAGE = 100;

export const keysetPagination: GuideCase = {
  name: 'keyset-pagination',
  symptom: 'page 1 is quick, page 1,000 is not',
  remedy: 'go on from the last row of the page before instead of skipping rows',
  rows: 1_000_000,
  testRows: 120_000,
  entities: shopRecords,
  data: (orders) => `${ordersTable(orders)}
CREATE INDEX orders_newest_first ON orders (placed_at DESC, id DESC);`,
  fewerPages: 20,
  ways: [
    {
      name: 'OFFSET',
      run: ({ manager }) =>
        manager.find(OrderRecord, { order: { placedAt: 'DESC', id: 'DESC' }, skip: 999 * PAGE, take: PAGE }),
      expect: { statements: 1, plan: ['Limit', 'Index Scan using orders_newest_first'] },
    },
    {
      name: 'keyset',
      run: ({ manager, rows }) => {
        // What the client sent back: the last row of page 999.
        const lastId = rows - 999 * PAGE + 1;
        const lastPlacedAt = new Date(Date.UTC(2025, 0, 1) + lastId * 60_000);
        return manager
          .createQueryBuilder(OrderRecord, 'o')
          .where('(o.placedAt, o.id) < (:lastPlacedAt, :lastId)', { lastPlacedAt, lastId })
          .orderBy('o.placedAt', 'DESC')
          .addOrderBy('o.id', 'DESC')
          .take(PAGE)
          .getMany();
      },
      expect: { statements: 1, plan: ['Limit', 'Index Scan using orders_newest_first'] },
    },
  ],
};

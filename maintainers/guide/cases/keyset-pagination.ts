import type { GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';

const PAGE = 100;

export const keysetPagination: GuideCase = {
  name: 'keyset-pagination',
  title: 'OFFSET gets slower with every page',
  section: 'query shape',
  keywords: ['OFFSET', 'skip', 'LIMIT', 'take', 'pagination', 'ORDER BY', 'keyset'],
  symptom: 'page 1 is fast, page 1,000 is slow',
  fix: 'continue after the last row of the previous page instead of skipping rows',
  rows: 1_000_000,
  testRows: 120_000,
  entities: shopEntities,
  data: (orders) => `${ordersTable(orders)}
CREATE INDEX orders_newest_first ON orders (placed_at DESC, id DESC);`,
  fewerPages: 20,
  variants: [
    {
      name: 'OFFSET',
      run: ({ manager }) =>
        manager.find(OrderEntity, { order: { placedAt: 'DESC', id: 'DESC' }, skip: 999 * PAGE, take: PAGE }),
      expect: { statements: 1, plan: ['Limit', 'Index Scan using orders_newest_first'] },
    },
    {
      name: 'keyset',
      run: ({ manager, rows }) => {
        // The cursor that the client sent back: the last row of page 999.
        const lastId = rows - 999 * PAGE + 1;
        const lastPlacedAt = new Date(Date.UTC(2025, 0, 1) + lastId * 60_000);
        return manager
          .createQueryBuilder(OrderEntity, 'o')
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

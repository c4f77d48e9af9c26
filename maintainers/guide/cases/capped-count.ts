import type { GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';

const PAGE = 20;
const MAX_COUNTED = 1_000;

export const cappedCount: GuideCase = {
  name: 'capped-count',
  title: 'findAndCount counts every match for each page',
  section: 'query shape',
  keywords: ['findAndCount', 'getManyAndCount', 'count(*)', 'count()', 'total', 'pagination'],
  symptom: 'findAndCount() is slow although its page is small: it counts all matches',
  fix: 'count up to a limit: a sub-select with LIMIT, displayed as "1,000+"',
  rows: 1_000_000,
  testRows: 30_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 10,
  resultsDiffer: true,
  variants: [
    {
      name: 'findAndCount()',
      run: ({ manager }) =>
        manager.findAndCount(OrderEntity, { where: { status: 'shipped' }, order: { id: 'DESC' }, take: PAGE }),
      expect: {
        statements: 2,
        plan: ['Limit', 'Index Scan Backward using orders_pkey', 'Aggregate', 'Seq Scan on orders'],
      },
    },
    {
      name: 'one row more',
      run: async ({ manager }) => {
        const orders = await manager.find(OrderEntity, {
          where: { status: 'shipped' },
          order: { id: 'DESC' },
          take: PAGE + 1,
        });
        return { page: orders.slice(0, PAGE), hasNext: orders.length > PAGE };
      },
      expect: { statements: 1, plan: ['Limit', 'Index Scan Backward using orders_pkey'], without: ['Seq Scan'] },
    },
    {
      name: 'capped count',
      run: async ({ manager, record }) => {
        const orders = await manager.find(OrderEntity, {
          where: { status: 'shipped' },
          order: { id: 'DESC' },
          take: PAGE,
        });
        const counted = await manager
          .createQueryBuilder()
          .select('count(*)::int', 'total')
          .from((matches) => {
            return matches
              .select('1')
              .from(OrderEntity, 'o')
              .where('o.status = :status', { status: 'shipped' })
              .limit(MAX_COUNTED + 1);
          }, 'matches')
          .getRawOne<{ total: number }>();
        const total = counted?.total ?? 0;
        record('rows counted', total);
        return { orders, total: total > MAX_COUNTED ? `${MAX_COUNTED}+` : `${total}` };
      },
      expect: { statements: 2, plan: ['Limit', 'Aggregate', 'Limit'], facts: { 'rows counted': MAX_COUNTED + 1 } },
    },
  ],
};

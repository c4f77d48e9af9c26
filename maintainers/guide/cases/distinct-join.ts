import type { GuideCase } from '../guide-case';
import { CustomerEntity, customersFor, customersTable, ordersTable, shopEntities } from '../shop';

export const distinctJoin: GuideCase = {
  name: 'distinct-join',
  title: 'DISTINCT to remove the duplicates of a join',
  section: 'joins',
  keywords: ['DISTINCT', 'JOIN', 'EXISTS', 'duplicates', 'where on a relation'],
  symptom: 'a query joins a table only to filter, and removes the duplicates with DISTINCT',
  fix: 'use EXISTS: a semi join produces no duplicates',
  rows: 1_000_000,
  testRows: 40_000,
  entities: shopEntities,
  data: (orders) => `${customersTable(customersFor(orders))}${ordersTable(orders)}
CREATE INDEX orders_by_customer ON orders (customer_id, placed_at);
VACUUM (ANALYZE) orders;`,
  fewerPages: 1,
  variants: [
    {
      name: 'DISTINCT',
      run: ({ manager }) =>
        manager
          .createQueryBuilder(CustomerEntity, 'c')
          .distinct(true)
          .innerJoin('c.orders', 'o', 'o.placedAt >= :since', { since: new Date('2025-02-01T00:00:00Z') })
          .orderBy('c.id')
          .getMany(),
      expect: { statements: 1, without: ['Semi Join'] },
    },
    {
      name: 'EXISTS',
      run: ({ manager }) =>
        manager
          .createQueryBuilder(CustomerEntity, 'c')
          .whereExists(
            manager
              .createQueryBuilder('order', 'o')
              .select('1')
              .where('o.customerId = c.id AND o.placedAt >= :since', { since: new Date('2025-02-01T00:00:00Z') }),
          )
          .orderBy('c.id')
          .getMany(),
      expect: { statements: 1, plan: ['Semi Join'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

export const cteFence: GuideCase = {
  name: 'cte-fence',
  title: 'Myth: WITH is always computed first',
  section: 'joins',
  keywords: ['WITH', 'CTE', 'MATERIALIZED', 'myth'],
  symptom: 'myth: WITH is computed in full, whatever the outer query needs',
  fix: 'false since PostgreSQL 12 for a WITH that is used once; AS MATERIALIZED restores it',
  rows: 1_000_000,
  testRows: 20_000,
  data: ordersTable,
  fewerPages: 10,
  variants: [
    {
      name: 'AS MATERIALIZED',
      run: ({ manager }) =>
        manager.query('WITH o AS MATERIALIZED (SELECT * FROM orders) SELECT status FROM o WHERE id = $1', [4711]),
      expect: { statements: 1, plan: ['CTE Scan on o', 'Seq Scan on orders'] },
    },
    {
      name: 'WITH',
      run: ({ manager }) =>
        manager.query('WITH o AS (SELECT * FROM orders) SELECT status FROM o WHERE id = $1', [4711]),
      expect: { statements: 1, plan: ['Index Scan using orders_pkey'], without: ['CTE Scan'] },
    },
  ],
};

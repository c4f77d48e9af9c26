import type { GuideCase } from '../guide-case';

const prepared = 'PREPARE by_status (text) AS SELECT id FROM parcels WHERE status = $1 ORDER BY id LIMIT 10';

export const genericPlan: GuideCase = {
  name: 'generic-plan',
  title: 'A prepared statement with a generic plan',
  section: 'postgresql',
  keywords: ['prepared statement', 'PREPARE', 'plan_cache_mode', 'named statement', 'parameters'],
  symptom: 'a prepared statement is slow for a rare value, and fast with the value as a literal',
  fix: 'plan with the value: TypeORM does so; for a named statement set plan_cache_mode = force_custom_plan',
  rows: 1_000_000,
  testRows: 40_000,
  data: (rows) => `
CREATE TABLE parcels (id integer NOT NULL, status text NOT NULL);
INSERT INTO parcels
SELECT n, CASE WHEN n > ${rows - 20} THEN 'lost' WHEN n % 2 = 0 THEN 'delivered' ELSE 'returned' END
  FROM generate_series(1, ${rows}) AS n;
ALTER TABLE parcels ADD CONSTRAINT parcels_pkey PRIMARY KEY (id);
CREATE INDEX parcels_by_status ON parcels (status);
VACUUM (ANALYZE) parcels;`,
  fewerPages: 10,
  variants: [
    {
      name: 'generic plan',
      run: ({ manager }) =>
        manager.transaction(async (transaction) => {
          // PostgreSQL switches to this by itself after five executions, if the generic plan looks no worse.
          await transaction.query('SET LOCAL plan_cache_mode = force_generic_plan');
          await transaction.query(prepared);
          const rows = await transaction.query(`EXECUTE by_status ('lost')`);
          await transaction.query('DEALLOCATE by_status');
          return rows;
        }),
      explain: {
        first: ['SET LOCAL plan_cache_mode = force_generic_plan', prepared],
        statement: `EXECUTE by_status ('lost')`,
      },
      // PostgreSQL counts PREPARE and EXECUTE as one.
      expect: { statements: 6, statementsOfServer: 5, plan: ['Limit', 'Index Scan using parcels_pkey'] },
    },
    {
      name: 'custom plan',
      run: ({ manager }) => manager.query('SELECT id FROM parcels WHERE status = $1 ORDER BY id LIMIT 10', ['lost']),
      expect: { statements: 1, plan: ['Sort', 'Index Scan using parcels_by_status'] },
    },
  ],
};

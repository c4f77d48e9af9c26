import type { GuideCase } from '../guide-case';

const question = `
  SELECT sum(p.price) FROM basket_lines AS b JOIN products AS p ON p.id = b.product_id WHERE b.basket_id = 7`;

export const staleStatistics: GuideCase = {
  name: 'stale-statistics',
  title: 'A bad plan after an import: stale statistics',
  section: 'postgresql',
  keywords: ['ANALYZE', 'statistics', 'Nested Loop', 'rows=1', 'import', 'JOIN'],
  symptom: 'a join is slow after an import, and EXPLAIN expects one row where there are thousands',
  fix: 'run ANALYZE after loading; autovacuum comes minutes later',
  rows: 1_000_000,
  testRows: 30_000,
  // The statistics were made when the table had one row per basket.
  data: (rows) => `
CREATE TABLE products (id integer CONSTRAINT products_pkey PRIMARY KEY, price integer NOT NULL);
INSERT INTO products SELECT n, n % 1000 FROM generate_series(1, ${Math.floor(rows / 10)}) AS n;
VACUUM (ANALYZE) products;
CREATE TABLE basket_lines (basket_id integer NOT NULL, product_id integer NOT NULL) WITH (autovacuum_enabled = off);
INSERT INTO basket_lines SELECT 1000 + n, n FROM generate_series(1, 1000) AS n;
ANALYZE basket_lines;
INSERT INTO basket_lines SELECT 7, 1 + n % ${Math.floor(rows / 10)} FROM generate_series(1, ${rows}) AS n;`,
  fewerPages: 2,
  variants: [
    {
      name: 'old statistics',
      run: ({ manager }) => manager.query(question),
      expect: { statements: 1, plan: ['Nested Loop', 'Index Scan using products_pkey'] },
    },
    {
      name: 'after ANALYZE',
      prepare: 'ANALYZE basket_lines;',
      run: ({ manager }) => manager.query(question),
      expect: { statements: 1, plan: ['Hash Join'], without: ['Nested Loop'] },
    },
  ],
};

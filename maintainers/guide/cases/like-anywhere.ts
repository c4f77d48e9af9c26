import type { GuideCase } from '../guide-case';

export const likeAnywhere: GuideCase = {
  name: 'like-anywhere',
  title: "LIKE '%abc%' reads the whole table",
  section: 'indexes',
  keywords: ['LIKE', 'ILIKE', 'ILike()', 'search', 'contains', 'pg_trgm'],
  symptom: "a search for '%abc%' reads the whole table",
  fix: 'create a GIN index of trigrams (pg_trgm)',
  rows: 1_000_000,
  testRows: 20_000,
  data: (rows) => `
CREATE TABLE products (id integer NOT NULL, name text NOT NULL);
INSERT INTO products SELECT n, 'Product ' || md5(n::text) FROM generate_series(1, ${rows}) AS n;
VACUUM (ANALYZE) products;`,
  fewerPages: 2,
  variants: [
    {
      name: 'no index',
      run: ({ manager }) => manager.query('SELECT id FROM products WHERE name ILIKE $1 ORDER BY id', ['%c4ca4238%']),
      expect: { statements: 1, plan: ['Seq Scan on products'] },
    },
    {
      name: 'trigrams',
      prepare: `
        CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
        CREATE INDEX products_by_trigram ON products USING gin (name gin_trgm_ops);`,
      run: ({ manager }) => manager.query('SELECT id FROM products WHERE name ILIKE $1 ORDER BY id', ['%c4ca4238%']),
      expect: { statements: 1, plan: ['Bitmap Index Scan on products_by_trigram'], without: ['Seq Scan'] },
    },
  ],
};

import type { GuideCase } from '../guide-case';

export const likePrefix: GuideCase = {
  name: 'like-prefix',
  title: "LIKE 'abc%' does not use the index",
  section: 'indexes',
  keywords: ['LIKE', 'Like()', 'starts with', 'text_pattern_ops', 'collation'],
  symptom: "LIKE 'abc%' reads the whole table although the column is indexed",
  fix: 'add an index with text_pattern_ops, unless the column has COLLATE "C"',
  rows: 1_000_000,
  testRows: 20_000,
  // The collation of most installations; the embedded PostgreSQL sorts by bytes by default.
  data: (rows) => `
CREATE TABLE products (sku text COLLATE "en-x-icu" NOT NULL, name text NOT NULL);
INSERT INTO products SELECT 'SKU-' || lpad(n::text, 8, '0'), 'Product ' || n FROM generate_series(1, ${rows}) AS n;
CREATE INDEX products_by_sku ON products (sku);
VACUUM (ANALYZE) products;`,
  fewerPages: 10,
  variants: [
    {
      name: 'language collation',
      run: ({ manager }) => manager.query('SELECT name FROM products WHERE sku LIKE $1', ['SKU-0000123%']),
      expect: { statements: 1, plan: ['Seq Scan on products'] },
    },
    {
      name: 'text_pattern_ops',
      prepare: 'CREATE INDEX products_by_sku_prefix ON products (sku text_pattern_ops);',
      run: ({ manager }) => manager.query('SELECT name FROM products WHERE sku LIKE $1', ['SKU-0000123%']),
      expect: { statements: 1, plan: ['products_by_sku_prefix'], without: ['Seq Scan'] },
    },
  ],
};

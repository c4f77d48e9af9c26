import type { GuideCase } from '../guide-case';

export const foreignKeyIndex: GuideCase = {
  name: 'foreign-key-index',
  title: 'DELETE is slow because of a foreign key',
  section: 'indexes',
  keywords: ['DELETE', 'foreign key', 'ON DELETE CASCADE', 'lock', 'index'],
  symptom: 'deleting one row is slow and its plan shows no reason: PostgreSQL searches the referencing table',
  fix: 'index the referencing column; PostgreSQL does not create that index',
  rows: 1_000_000,
  testRows: 20_000,
  data: (rows) => `
CREATE TABLE coupons (id integer CONSTRAINT coupons_pkey PRIMARY KEY);
CREATE TABLE redemptions (
  id integer CONSTRAINT redemptions_pkey PRIMARY KEY,
  coupon_id integer NOT NULL CONSTRAINT redemptions_coupon_fkey REFERENCES coupons (id),
  redeemed_at timestamptz NOT NULL
);
INSERT INTO coupons SELECT n FROM generate_series(1, 1000) AS n;
INSERT INTO redemptions SELECT n, 1 + n % 900, timestamptz '2025-01-01Z' + n * interval '1 second'
  FROM generate_series(1, ${rows}) AS n;
VACUUM (ANALYZE) coupons;
VACUUM (ANALYZE) redemptions;`,
  fewerPages: 2,
  variants: [
    {
      name: 'no index',
      reset: 'INSERT INTO coupons SELECT n FROM generate_series(991, 1000) AS n ON CONFLICT DO NOTHING;',
      run: ({ manager }) => manager.query('DELETE FROM coupons WHERE id BETWEEN 991 AND 1000 RETURNING id'),
      expect: { statements: 1, plan: ['Delete on coupons'] },
    },
    {
      name: 'index on coupon_id',
      prepare: 'CREATE INDEX redemptions_by_coupon ON redemptions (coupon_id);',
      reset: 'INSERT INTO coupons SELECT n FROM generate_series(991, 1000) AS n ON CONFLICT DO NOTHING;',
      run: ({ manager }) => manager.query('DELETE FROM coupons WHERE id BETWEEN 991 AND 1000 RETURNING id'),
      expect: { statements: 1, plan: ['Delete on coupons'] },
    },
  ],
};

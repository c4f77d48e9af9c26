import type { GuideCase } from '../guide-case';

export const foreignKeyIndex: GuideCase = {
  name: 'foreign-key-index',
  symptom: 'deleting one row takes long, and its plan shows nothing: PostgreSQL looks for rows that refer to it',
  remedy: 'index the referring column; PostgreSQL does not do it for a foreign key',
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
  ways: [
    {
      name: 'foreign key alone',
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

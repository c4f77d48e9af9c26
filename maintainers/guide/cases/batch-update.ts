import { EntitySchema } from 'typeorm';
import type { GuideCase } from '../guide-case';

interface Price {
  sku: string;
  amount: number;
}

const PriceEntity = new EntitySchema<Price>({
  name: 'price',
  tableName: 'prices',
  columns: { sku: { type: 'text', primary: true }, amount: { type: 'integer' } },
});

const changed = (): Price[] => Array.from({ length: 500 }, (_, n) => ({ sku: `SKU-${n + 1}`, amount: 7 * n }));
const reset = 'UPDATE prices SET amount = 0 WHERE amount <> 0;\nVACUUM prices;';
const total = 'SELECT sum(amount)::int AS amount FROM prices';

export const batchUpdate: GuideCase = {
  name: 'batch-update',
  title: 'Many rows, each with its own new value',
  section: 'batches',
  keywords: ['UPDATE', 'save()', 'update()', 'unnest', 'bulk update', 'loop'],
  symptom: '500 rows get 500 new values in 500 statements',
  fix: 'one UPDATE that joins the values, from unnest of two arrays',
  rows: 100_000,
  testRows: 2_000,
  entities: [PriceEntity],
  data: (rows) => `
CREATE TABLE prices (sku text PRIMARY KEY, amount integer NOT NULL);
INSERT INTO prices SELECT 'SKU-' || n, 0 FROM generate_series(1, ${rows}) AS n;
VACUUM (ANALYZE) prices;`,
  fewerPages: 1,
  variants: [
    {
      name: 'loop',
      reset,
      run: async ({ manager }) => {
        for (const { sku, amount } of changed()) await manager.update(PriceEntity, { sku }, { amount });
        return manager.query(total);
      },
      expect: { statements: 501, plan: ['Update on prices', 'Index Scan using prices_pkey'] },
    },
    {
      name: 'unnest',
      reset,
      run: async ({ manager }) => {
        const prices = changed();
        await manager.query(
          `UPDATE prices SET amount = changed.amount
             FROM unnest($1::text[], $2::int[]) AS changed (sku, amount)
            WHERE prices.sku = changed.sku`,
          [prices.map(({ sku }) => sku), prices.map(({ amount }) => amount)],
        );
        return manager.query(total);
      },
      expect: { statements: 2, plan: ['Update on prices', 'Function Scan on changed'] },
    },
  ],
};

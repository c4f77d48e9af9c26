import { EntitySchema } from 'typeorm';
import type { GuideCase } from '../guide-case';

interface Stock {
  sku: string;
  amount: number;
}

const StockEntity = new EntitySchema<Stock>({
  name: 'stock',
  tableName: 'stock',
  columns: { sku: { type: 'text', primary: true }, amount: { type: 'integer' } },
});

/** Half of the rows exist already. */
const delivery = (count: number): Stock[] =>
  Array.from({ length: count }, (_, index) => ({ sku: `SKU-${index}`, amount: index }));
const reset = `
TRUNCATE stock;
INSERT INTO stock SELECT 'SKU-' || n, 0 FROM generate_series(0, 999, 2) AS n;`;
const total = `SELECT count(*)::int AS skus, sum(amount)::int AS amount FROM stock WHERE amount > 0`;

export const upsert: GuideCase = {
  name: 'upsert',
  title: 'Find, then insert or update',
  section: 'batches',
  keywords: ['upsert()', 'save()', 'ON CONFLICT', 'INSERT', 'race condition'],
  symptom: 'each row is looked up, then inserted or updated, and concurrent requests collide',
  fix: 'use upsert(): one statement, and no race condition',
  rows: 1_000,
  testRows: 100,
  entities: [StockEntity],
  data: () => 'CREATE TABLE stock (sku text PRIMARY KEY, amount integer NOT NULL);',
  fewerPages: 1,
  variants: [
    {
      name: 'find, then write',
      reset,
      run: async ({ manager, rows }) => {
        for (const { sku, amount } of delivery(rows)) {
          if (await manager.existsBy(StockEntity, { sku })) await manager.update(StockEntity, { sku }, { amount });
          else await manager.insert(StockEntity, { sku, amount });
        }
        return manager.query(total);
      },
      expect: { statements: (rows) => 2 * rows + 1 },
    },
    {
      name: 'upsert',
      reset,
      run: async ({ manager, rows }) => {
        await manager.upsert(StockEntity, delivery(rows), ['sku']);
        return manager.query(total);
      },
      expect: { statements: 2, plan: ['Insert on stock'] },
    },
  ],
};

import { EntitySchema } from 'typeorm';
import type { GuideCase } from '../guide-case';

interface Stock {
  sku: string;
  amount: number;
}

const StockRecord = new EntitySchema<Stock>({
  name: 'stock',
  tableName: 'stock',
  columns: { sku: { type: 'text', primary: true }, amount: { type: 'integer' } },
});

/** Half of it is there already. */
const delivery = (count: number): Stock[] =>
  Array.from({ length: count }, (_, index) => ({ sku: `SKU-${index}`, amount: index }));
const reset = `
TRUNCATE stock;
INSERT INTO stock SELECT 'SKU-' || n, 0 FROM generate_series(0, 999, 2) AS n;`;
const total = `SELECT count(*)::int AS skus, sum(amount)::int AS amount FROM stock WHERE amount > 0`;

export const upsert: GuideCase = {
  name: 'upsert',
  symptom: 'each row is looked for, then inserted or updated, and two at a time collide',
  remedy: 'upsert(): one statement, and no race',
  rows: 1_000,
  testRows: 100,
  entities: [StockRecord],
  data: () => 'CREATE TABLE stock (sku text PRIMARY KEY, amount integer NOT NULL);',
  fewerPages: 1,
  ways: [
    {
      name: 'look, then write',
      reset,
      run: async ({ manager, rows }) => {
        for (const { sku, amount } of delivery(rows)) {
          if (await manager.existsBy(StockRecord, { sku })) await manager.update(StockRecord, { sku }, { amount });
          else await manager.insert(StockRecord, { sku, amount });
        }
        return manager.query(total);
      },
      expect: { statements: (rows) => 2 * rows + 1 },
    },
    {
      name: 'upsert',
      reset,
      run: async ({ manager, rows }) => {
        await manager.upsert(StockRecord, delivery(rows), ['sku']);
        return manager.query(total);
      },
      expect: { statements: 2, plan: ['Insert on stock'] },
    },
  ],
};

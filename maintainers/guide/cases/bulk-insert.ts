import { EntitySchema } from 'typeorm';
import type { GuideCase } from '../guide-case';

interface Reading {
  id: number;
  sensor: string;
  value: number;
}

const ReadingEntity = new EntitySchema<Reading>({
  name: 'reading',
  tableName: 'readings',
  columns: { id: { type: 'integer', primary: true }, sensor: { type: 'text' }, value: { type: 'integer' } },
});

const readings = (count: number): Reading[] =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, sensor: `S-${index % 50}`, value: index }));

export const bulkInsert: GuideCase = {
  name: 'bulk-insert',
  title: 'save() in a loop',
  section: 'batches',
  keywords: ['save()', 'INSERT', 'insert()', 'bulk insert', 'import', 'loop'],
  symptom: 'an import sends several statements and a commit per row',
  fix: 'use insert() with an array of a thousand rows',
  rows: 2_000,
  testRows: 50,
  entities: [ReadingEntity],
  data: () => 'CREATE TABLE readings (id integer PRIMARY KEY, sensor text NOT NULL, value integer NOT NULL);',
  fewerPages: 1,
  variants: [
    {
      name: 'save() in a loop',
      reset: 'TRUNCATE readings;',
      run: async ({ manager, rows }) => {
        for (const reading of readings(rows)) await manager.save(ReadingEntity, reading);
        return manager.count(ReadingEntity);
      },
      // Each save() first sends a SELECT, and has its own transaction.
      expect: { statements: (rows) => 4 * rows + 1 },
    },
    {
      name: 'insert() in a loop',
      reset: 'TRUNCATE readings;',
      run: async ({ manager, rows }) => {
        for (const reading of readings(rows)) await manager.insert(ReadingEntity, reading);
        return manager.count(ReadingEntity);
      },
      expect: { statements: (rows) => rows + 1 },
    },
    {
      name: 'insert() of 1,000 rows',
      reset: 'TRUNCATE readings;',
      run: async ({ manager, rows }) => {
        const all = readings(rows);
        for (let start = 0; start < all.length; start += 1_000) {
          await manager.insert(ReadingEntity, all.slice(start, start + 1_000));
        }
        return manager.count(ReadingEntity);
      },
      expect: { statements: (rows) => Math.ceil(rows / 1_000) + 1 },
    },
  ],
};

import { EntitySchema } from 'typeorm';
import type { GuideCase } from '../guide-case';

interface Reading {
  id: number;
  sensor: string;
  value: number;
}

const ReadingRecord = new EntitySchema<Reading>({
  name: 'reading',
  tableName: 'readings',
  columns: { id: { type: 'integer', primary: true }, sensor: { type: 'text' }, value: { type: 'integer' } },
});

const readings = (count: number): Reading[] =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, sensor: `S-${index % 50}`, value: index }));

export const bulkInsert: GuideCase = {
  name: 'bulk-insert',
  symptom: 'an import sends a statement for each row, and commits each',
  remedy: 'insert() with an array, a thousand rows a statement',
  rows: 2_000,
  testRows: 50,
  entities: [ReadingRecord],
  data: () => 'CREATE TABLE readings (id integer PRIMARY KEY, sensor text NOT NULL, value integer NOT NULL);',
  fewerPages: 1,
  ways: [
    {
      name: 'save() in a loop',
      reset: 'TRUNCATE readings;',
      run: async ({ manager, rows }) => {
        for (const reading of readings(rows)) await manager.save(ReadingRecord, reading);
        return manager.count(ReadingRecord);
      },
      // Each is looked for first, and has a transaction of its own.
      expect: { statements: (rows) => 4 * rows + 1 },
    },
    {
      name: 'insert() in a loop',
      reset: 'TRUNCATE readings;',
      run: async ({ manager, rows }) => {
        for (const reading of readings(rows)) await manager.insert(ReadingRecord, reading);
        return manager.count(ReadingRecord);
      },
      expect: { statements: (rows) => rows + 1 },
    },
    {
      name: 'insert() of a thousand',
      reset: 'TRUNCATE readings;',
      run: async ({ manager, rows }) => {
        const all = readings(rows);
        for (let start = 0; start < all.length; start += 1_000) {
          await manager.insert(ReadingRecord, all.slice(start, start + 1_000));
        }
        return manager.count(ReadingRecord);
      },
      expect: { statements: (rows) => Math.ceil(rows / 1_000) + 1 },
    },
  ],
};

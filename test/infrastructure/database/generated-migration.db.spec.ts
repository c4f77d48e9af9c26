import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, EntitySchema, type MigrationInterface } from 'typeorm';
import { migrations } from '../../../src/infrastructure/database/migrations';
import { createScratchDatabase } from '../../support/scratch-database';
import {
  differences,
  migrationFile,
  migrationFileName,
  migrationIndex,
} from '../../../tools/migrations/migration-file';

const folder = 'src/infrastructure/database/migrations';

describe('a generated migration', () => {
  const Note = new EntitySchema({
    name: 'note',
    tableName: 'notes',
    columns: { id: { type: 'uuid', primary: true }, text: { type: 'text', default: '`$' + '{\\n}`' } },
    indices: [{ name: 'notes_by_text', columns: ['text'] }],
  });

  it('creates what a new entity needs, and reverts it', async () => {
    const database = await createScratchDatabase('template0');
    const directory = await mkdtemp(join(tmpdir(), 'generated-migration-'));
    const connect = (more: (new () => MigrationInterface)[] = []) =>
      new DataSource({ type: 'postgres', url: database.url, entities: [Note], migrations: more }).initialize();
    try {
      const before = await connect();
      const statements = await differences(before);
      await before.destroy();
      expect(statements.up).toHaveLength(2);

      const file = join(directory, migrationFileName('add-customer-notes', 1790000000000));
      await writeFile(file, migrationFile('1790000000000-add-customer-notes.ts', statements));
      const { AddCustomerNotes1790000000000 } = await import(file);
      const after = await connect([AddCustomerNotes1790000000000]);
      expect((await after.runMigrations()).map(({ name }) => name)).toEqual(['AddCustomerNotes1790000000000']);
      expect((await differences(after)).up).toEqual([]);
      await after.undoLastMigration();
      expect(await differences(after)).toEqual(statements);
      await after.destroy();
    } finally {
      await database.drop();
      await rm(directory, { recursive: true });
    }
  });

  it.each(['Add', 'add_notes', 'add--notes', '-add', '../add', ''])('is refused the name %p', (name) => {
    expect(() => migrationFileName(name, 1)).toThrow(RangeError);
  });
});

it('the list of migrations has every file of its folder, in chronological order', async () => {
  const made = migrationIndex((await readdir(folder)).reverse());
  const committed = await readFile(join(folder, 'index.ts'), 'utf8');
  // Prettier adds line breaks and commas.
  const unformatted = (text: string): string => text.replace(/[\s,]+/g, '');
  expect(unformatted(committed)).toBe(unformatted(made));
  expect(migrations).toHaveLength((await readdir(folder)).length - 1);
});

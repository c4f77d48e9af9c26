import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { format, resolveConfig } from 'prettier';
import { readConfiguration } from '../../src/infrastructure/config/configuration';
import { createDataSource } from '../../src/infrastructure/database/data-source';
import { migrate } from '../../src/infrastructure/database/migrate';
import { run } from '../command-line';
import { startTemporaryPostgres } from '../service-process/temporary-postgres';
import { UndoList } from '../undo-list';
import { differences, migrationFile, migrationFileName, migrationIndex, type Statements } from './migration-file';

const folder = resolve(__dirname, '../../src/infrastructure/database/migrations');

async function compare(): Promise<Statements> {
  const undo = new UndoList();
  try {
    const { url } = await startTemporaryPostgres(undo);
    await migrate(url);
    const { database } = readConfiguration({ DATABASE_URL: url })._unsafeUnwrap();
    const dataSource = await createDataSource(url, database).initialize();
    undo.add(() => dataSource.destroy());
    return await differences(dataSource);
  } finally {
    await undo.run();
  }
}

async function write(name: string, text: string): Promise<void> {
  const file = join(folder, name);
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}

void run(
  new Command('migration:generate')
    .description(
      'Writes a migration for what differs between the entities and the existing migrations, and lists it in index.ts. ' +
        'They are compared in a temporary database.',
    )
    .argument('<name>', 'what it does, such as add-customer-notes')
    .action(async (name: string) => {
      const fileName = migrationFileName(name, Date.now());
      const statements = await compare();
      await write(fileName, migrationFile(fileName, statements));
      await write('index.ts', migrationIndex(await readdir(folder)));
      console.log(`Wrote src/infrastructure/database/migrations/${fileName}`);
      console.log(
        statements.up.length > 0
          ? 'Read it before you run it: it locks what it changes (docs/guides/MIGRATIONS.md).'
          : 'It is empty, because nothing differs: write its statements.',
      );
    }),
  RangeError,
);

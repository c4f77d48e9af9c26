import { resolve } from 'node:path';
import { Command } from 'commander';
import { run } from '../../command-line';
import { Tree } from '../../edits/tree';
import { printChanges } from '../print-changes';
import { fieldTypes } from './field-types';
import { resourceNames } from './names';
import { planResource } from './plan';
import { resourceOf } from './texts';
import { nextSteps } from './next-steps';
import { writeWithMigration } from './write';

interface Options {
  readonly fields: string;
  readonly plural?: string;
  readonly dryRun?: boolean;
}

async function generate(context: string, name: string, { fields, plural, dryRun }: Options): Promise<void> {
  const tree = new Tree(resolve(__dirname, '../../..'));
  const resource = resourceOf(resourceNames(context, name, plural), fields);
  planResource(tree, resource);
  await tree.format();
  const { changes } = tree;
  if (dryRun) {
    printChanges(changes);
    console.log(`add     src/infrastructure/database/migrations/<time>-create-${resource.names.many.kebab}.ts`);
    return;
  }
  console.log('Making the migration in a temporary database …');
  const migration = await writeWithMigration(tree, resource);
  printChanges({ ...changes, added: [...changes.added, migration] });
  console.log(nextSteps(resource, migration));
}

const types = Object.entries(fieldTypes).map(([name, { help }]) => `  ${name.padEnd(10)} ${help}`);

void run(
  new Command('generate:resource')
    .description(
      'Adds something that is stored: its aggregate, table, migration, use cases, endpoints (create, get, list, update, ' +
        'remove) and tests.',
    )
    .argument('<context>', 'the part of the business that it belongs to, such as billing; a new one is created')
    .argument('<name>', 'its name in the singular, such as invoice or payment-method')
    .requiredOption('--fields <list>', 'its fields, such as "total:money,dueOn:date,note:text(200)?"')
    .option('--plural <name>', 'its plural, where it is not regular')
    .option('--dry-run', 'list what would be added and changed; write nothing')
    .addHelpText(
      'after',
      `
Fields are name:type, separated by commas; ? after the type makes one optional. Every resource has an id and a version.
${types.join('\n')}

Example: npm run generate:resource -- billing invoice --fields "total:money,state:enum(draft|sent),note:text(200)?"`,
    )
    .action(generate),
);

import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { Tree } from '../edits/tree';
import { BadName, namesOf } from './names';
import { planUseCase } from './use-case';

async function generate(context: string, name: string): Promise<void> {
  const tree = new Tree(resolve(__dirname, '../..'));
  planUseCase(tree, namesOf('context', context), namesOf('use case', name));
  await tree.format();
  const { added, changed } = tree.changes;
  tree.commit();
  for (const path of added) console.log(`added    ${path}`);
  for (const path of changed) console.log(`changed  ${path}`);
  console.log(`It answers POST /api/v1/${context}/${name}/{id}. Next: give its adapter a table, and it its rules.`);
}

const program = new Command('generate:use-case')
  .description('Adds a use case: its errors, its port with an adapter, its route, its problem, and a test of each.')
  .argument('<context>', 'the part of the business that it belongs to, such as billing; a new one is made')
  .argument('<name>', 'what is done, such as settle-invoice')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) })
  .exitOverride()
  .action(generate);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  console.error(error instanceof BadName ? error.message : error);
  process.exitCode = error instanceof BadName ? 2 : 1;
});

import { resolve } from 'node:path';
import { Command } from 'commander';
import { run } from '../command-line';
import { Tree } from '../edits/tree';
import { namesOf } from './names';
import { planUseCase } from './use-case';

async function generate(context: string, name: string): Promise<void> {
  const tree = new Tree(resolve(__dirname, '../..'));
  planUseCase(tree, namesOf('context', context), namesOf('use case', name));
  await tree.format();
  const { added, changed } = tree.changes;
  tree.commit();
  for (const path of added) console.log(`added    ${path}`);
  for (const path of changed) console.log(`changed  ${path}`);
  console.log(`Added POST /api/v1/${context}/${name}/{id}. Next: give its adapter a table, and write its rules.`);
}

void run(
  new Command('generate:use-case')
    .description('Adds a use case: its errors, its port with an adapter, its route, its problem, and a test of each.')
    .argument('<context>', 'the part of the business that it belongs to, such as billing; a new one is created')
    .argument('<name>', 'what is done, such as settle-invoice')
    .action(generate),
);

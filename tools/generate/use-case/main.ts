import { resolve } from 'node:path';
import { Command } from 'commander';
import { run } from '../../command-line';
import { Tree } from '../../edits/tree';
import { printChanges } from '../print-changes';
import { fieldTypes } from '../resource/field-types';
import { nextSteps } from './next-steps';
import { planUseCase } from './plan';
import { useCaseOf, type UseCaseOptions } from './use-case';

interface Options extends UseCaseOptions {
  readonly dryRun?: boolean;
}

async function generate(context: string, name: string, { dryRun, ...options }: Options): Promise<void> {
  const tree = new Tree(resolve(__dirname, '../../..'));
  const useCase = useCaseOf(context, name, options);
  planUseCase(tree, useCase);
  await tree.format();
  printChanges(tree.changes);
  if (dryRun) return;
  tree.commit();
  console.log(nextSteps(useCase));
}

const types = Object.entries(fieldTypes).map(([name, { help }]) => `  ${name.padEnd(10)} ${help}`);

void run(
  new Command('generate:use-case')
    .description(
      'Adds a use case: its errors, its endpoint, its problems, and a test of each; a query also has a port with an ' +
        'adapter. It responds with 501 until it is written.',
    )
    .argument('<context>', 'the part of the business that it belongs to, such as billing; a new one is created')
    .argument('<name>', 'what is done, such as settle-invoice')
    .option('--query', 'it reads, over GET')
    .option('--command', 'it changes something, over POST (default)')
    .option(
      '--path <path>',
      'its address below /api/v1, such as "invoices/{id}/settle" (default: <context>/<name>/{id})',
    )
    .option('--body <fields>', 'what a command gets in its body, such as "paidOn:date,note:text(200)?"')
    .option('--dry-run', 'list what would be added and changed; write nothing')
    .addHelpText(
      'after',
      `
A parameter of the path whose name is id, or ends in Id, is a UUID; any other is a text.
Fields are name:type, separated by commas; ? after the type makes one optional.
${types.join('\n')}

Examples:
  npm run generate:use-case -- billing settle-invoice --path "invoices/{id}/settle" --body "paidOn:date"
  npm run generate:use-case -- billing get-balance --query --path "customers/{id}/balance"`,
    )
    .action(generate),
);

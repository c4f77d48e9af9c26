import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { Refusal, type Change, type Verdict } from './changes';
import { upgrade, type UpgradeOptions } from './upgrade';

const order: readonly Verdict[] = [
  'applies',
  'merges',
  'conflicts',
  'gone here',
  'of the removed sample',
  'has it already',
];

function tell(changes: readonly Change[]): void {
  for (const verdict of order) {
    for (const { path } of changes.filter((change) => change.verdict === verdict))
      console.log(`${verdict.padEnd(22)} ${path}`);
  }
  const counts = order.map((verdict) => [verdict, changes.filter((change) => change.verdict === verdict).length]);
  const told = counts.filter(([, count]) => count !== 0).map(([verdict, count]) => `${count} ${verdict}`);
  console.log(told.length > 0 ? told.join(', ') : 'The template has not changed.');
}

function run(options: UpgradeOptions): void {
  const { changes, commit, recorded } = upgrade(resolve(__dirname, '../..'), options);
  tell(changes);
  if (!recorded && !options.dryRun)
    console.log(`When package.json is put right, write this into its template record: "commit": "${commit}"`);
  if (changes.some(({ verdict }) => verdict === 'conflicts')) process.exitCode = 1;
}

const program = new Command('template:upgrade')
  .description('Takes what the template has changed since this service was made from it. Nothing is committed.')
  .requiredOption('--from <remote>', 'the address or the folder of the template, or the name of a remote')
  .option('--branch <name>', 'the branch of the template', 'main')
  .option('--dry-run', 'list what would apply, merge and conflict, and change nothing')
  .addHelpText('after', '\nExit codes: 0 done, 1 done with conflicts, 2 refused.')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) })
  .exitOverride()
  .action(run);

try {
  program.parse();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = error instanceof Refusal ? 2 : 1;
  }
}

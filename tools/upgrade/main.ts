import { resolve } from 'node:path';
import { Command } from 'commander';
import { run } from '../command-line';
import type { Change, Verdict } from './changes';
import { upgrade, type UpgradeOptions } from './upgrade';

const order: readonly Verdict[] = [
  'applies',
  'merges',
  'conflicts',
  'gone here',
  'yours',
  'of the removed sample',
  'has it already',
];

function print(changes: readonly Change[]): void {
  for (const verdict of order) {
    for (const { path } of changes.filter((change) => change.verdict === verdict))
      console.log(`${verdict.padEnd(22)} ${path}`);
  }
  const counts = order.map((verdict) => [verdict, changes.filter((change) => change.verdict === verdict).length]);
  const parts = counts.filter(([, count]) => count !== 0).map(([verdict, count]) => `${count} ${verdict}`);
  console.log(parts.length > 0 ? parts.join(', ') : 'The template has not changed.');
}

function upgradeService(options: UpgradeOptions): void {
  const { changes, commit, recorded } = upgrade(resolve(__dirname, '../..'), options);
  print(changes);
  if (!recorded && !options.dryRun)
    console.log(`After you have resolved package.json, write this into its template record: "commit": "${commit}"`);
  if (changes.some(({ verdict }) => verdict === 'conflicts')) process.exitCode = 1;
}

void run(
  new Command('template:upgrade')
    .description('Applies what the template has changed since this service was made from it. Nothing is committed.')
    .requiredOption('--from <remote>', 'the address or the folder of the template, or the name of a remote')
    .option('--branch <name>', 'the branch of the template', 'main')
    .option('--dry-run', 'list what would apply, merge and conflict; change nothing')
    .action(upgradeService),
);

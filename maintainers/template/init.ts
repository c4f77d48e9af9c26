import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { CommandError, run, UsageError } from '../../tools/command-line';
import { Tree } from '../../tools/edits/tree';
import { checkCheckout, checkManifest, restore } from './checkout';
import { planFork } from './plan';
import { mistakeInName, mistakeInScope, Questions, type Choices } from './questions';

const ROOT = resolve(__dirname, '../..');
interface Options extends Choices {
  readonly dryRun?: boolean;
}

/** @throws UsageError with one line per mistake */
function checkNames({ name, scope }: Choices, taken: string): string {
  const mistakes = [mistakeInName(name, taken), mistakeInScope(scope)].filter((mistake) => mistake !== undefined);
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  return name!;
}

/** Writes the generated files and the lock file again. */
function regenerate(): void {
  const npm = (...args: string[]) =>
    execFileSync('npm', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  npm('run', '--silent', 'regenerate');
  // Removes from the lock file what no manifest asks for any more; this needs no registry.
  npm('install', '--package-lock-only', '--offline', '--ignore-scripts', '--no-audit', '--no-fund');
}

const counts = ({ changes: { added, changed, removed } }: Tree): string =>
  `${added.length} files to add, ${changed.length} to change, ${removed.length} to remove`;

function print(tree: Tree): void {
  const { added, changed, removed } = tree.changes;
  console.log(`${counts(tree)}:`);
  for (const path of added) console.log(`add     ${path}`);
  for (const path of changed) console.log(`change  ${path}`);
  for (const path of removed) console.log(`remove  ${path}`);
}

/** What is about to happen. */
function summary(tree: Tree, fullName: string, keepSample: boolean): string {
  const sample = keepSample ? 'The ordering sample stays.' : 'The ordering sample is removed.';
  return [
    `This checkout becomes the service ${fullName}. ${sample}`,
    `${counts(tree)}; then the generated files and the lock file are written again.`,
    'Nothing is committed: git checkout . && git clean -fd takes it back.',
  ].join('\n');
}

async function init({ dryRun, ...given }: Options): Promise<void> {
  const { name: taken } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
  const asks = given.name === undefined && process.stdin.isTTY && process.stdout.isTTY;
  const commit = checkCheckout(ROOT);
  const questions = asks ? new Questions(process.stdin, process.stdout) : undefined;
  try {
    const choices = questions ? { ...given, ...(await questions.choices(taken)) } : given;
    const name = checkNames(choices, taken);
    const { scope, keepSample = false } = choices;
    const fullName = scope ? `${scope}/${name}` : name;
    const tree = new Tree(ROOT);
    checkManifest(tree);
    planFork(tree, { name, scope, keepSample, commit });
    await tree.format();
    if (dryRun) return print(tree);
    console.log(summary(tree, fullName, keepSample));
    if (questions && !(await questions.confirm())) return console.log('Nothing has changed.');
    makeFork(tree);
    console.log(
      [
        `This is ${fullName} now${keepSample ? ', with the ordering sample' : ''}.`,
        'Next: npm ci && npm test, then git add --all && git commit.',
        'A first context with a table: npm run generate:resource -- <context> <name> --fields <list>',
      ].join('\n'),
    );
  } finally {
    questions?.close();
  }
}

/** @throws CommandError when it fails; then the checkout is as it was */
function makeFork(tree: Tree): void {
  try {
    tree.commit();
    regenerate();
  } catch (error) {
    restore(ROOT);
    throw new CommandError('template:init failed. The checkout is as it was.', { cause: error });
  }
}

void run(
  new Command('template:init')
    .description(
      'Makes your own service from this template, and removes itself. Without --name it asks, on a terminal.',
    )
    .option('--name <name>', 'name of the service: package, metrics job, dashboards, manifests')
    .option('--scope <scope>', 'scope of its package, such as @acme')
    .option('--keep-sample', 'keep the ordering sample')
    .option('--dry-run', 'count and list what would change; change nothing')
    .addHelpText('after', '\nNothing changes unless the work tree is clean; a failure leaves it as it was.')
    .action(init),
);

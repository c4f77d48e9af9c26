import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { CommandError, run, UsageError } from '../../tools/command-line';
import { Tree } from '../../tools/edits/tree';
import { checkCheckout, checkManifest, restore } from './checkout';
import { planFork } from './plan';

const ROOT = resolve(__dirname, '../..');
/** Also the name of a Kubernetes service and of a PostgreSQL role, both of which end at 63 characters. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 53;
const SCOPE = /^@[a-z0-9][a-z0-9-]*$/;

interface Choices {
  readonly name?: string;
  readonly scope?: string;
  readonly keepSample?: boolean;
  readonly dryRun?: boolean;
}

/** Each reply is checked when it is given, and asked for again. */
async function askOnTerminal(taken: string): Promise<Choices> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const ask = async (question: string, mistakeIn: (reply: string) => string | undefined): Promise<string> => {
    for (;;) {
      const reply = (await terminal.question(question)).trim();
      const mistake = mistakeIn(reply);
      if (mistake === undefined) return reply;
      console.log(mistake);
    }
  };
  try {
    const name = await ask('Name of your service (such as my-service): ', (reply) => mistakeInName(reply, taken));
    const scope = await ask('Scope of its package (such as @acme; empty for none): ', mistakeInScope);
    const keep = await ask('Keep the ordering sample? (y/N): ', (reply) =>
      /^(?:y|yes|n|no)?$/i.test(reply) ? undefined : 'Write y or n.',
    );
    return { name, scope: scope || undefined, keepSample: /^y/i.test(keep) };
  } finally {
    terminal.close();
  }
}

function mistakeInName(name: string | undefined, taken: string): string | undefined {
  if (!name) return 'A name is required: --name my-service.';
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    return (
      `'${name}' is not a valid name for a service: write lower-case words of letters and digits with hyphens, at most ` +
      `${MAX_NAME_LENGTH} characters.`
    );
  return name === taken ? `'${name}' is the template's own name: choose another.` : undefined;
}

const mistakeInScope = (scope: string | undefined): string | undefined =>
  scope && !SCOPE.test(scope) ? `'${scope}' is not a valid scope: write it like @acme.` : undefined;

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

function print(tree: Tree): void {
  const { added, changed, removed } = tree.changes;
  console.log(`${added.length} files to add, ${changed.length} to change, ${removed.length} to remove:`);
  for (const path of added) console.log(`add     ${path}`);
  for (const path of changed) console.log(`change  ${path}`);
  for (const path of removed) console.log(`remove  ${path}`);
}

async function init(given: Choices): Promise<void> {
  const { name: taken } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
  const asks = given.name === undefined && process.stdin.isTTY && process.stdout.isTTY;
  const commit = checkCheckout(ROOT);
  const choices = asks ? { ...given, ...(await askOnTerminal(taken)) } : given;
  const name = checkNames(choices, taken);
  const tree = new Tree(ROOT);
  checkManifest(tree);
  const { scope, keepSample = false } = choices;
  planFork(tree, { name, scope, keepSample, commit });
  await tree.format();
  if (given.dryRun) {
    print(tree);
    return;
  }
  try {
    tree.commit();
    regenerate();
  } catch (error) {
    restore(ROOT);
    throw new CommandError('template:init failed. The checkout is as it was.', { cause: error });
  }
  console.log(
    [
      `This is ${scope ? `${scope}/` : ''}${name} now${keepSample ? ', with the ordering sample' : ''}.`,
      'Next: npm ci && npm test, then git add --all && git commit.',
      'A first context with a table: npm run generate:resource -- <context> <name> --fields <list>',
    ].join('\n'),
  );
}

void run(
  new Command('template:init')
    .description(
      'Makes your own service from this template, and removes itself. Without --name it asks, on a terminal.',
    )
    .option('--name <name>', 'name of the service: package, metrics job, dashboards, manifests')
    .option('--scope <scope>', 'scope of its package, such as @acme')
    .option('--keep-sample', 'keep the ordering sample')
    .option('--dry-run', 'list what would change; change nothing')
    .addHelpText('after', '\nNothing changes unless the work tree is clean; a failure leaves it as it was.')
    .action(init),
);

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command, CommanderError } from 'commander';
import { Tree } from '../../tools/edits/tree';
import { checkCheckout, checkManifest, Refusal, restore } from './checkout';
import { planFork } from './plan';

const ROOT = resolve(__dirname, '../..');
/** Also the name of a Kubernetes service and of a PostgreSQL role, both of which end at 63 characters. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LONGEST_NAME = 53;
const SCOPE = /^@[a-z0-9][a-z0-9-]*$/;

interface Answers {
  readonly name?: string;
  readonly scope?: string;
  readonly keepSample?: boolean;
  readonly dryRun?: boolean;
}

async function askOnTerminal(): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const name = (await terminal.question('Name of your service (such as my-service): ')).trim();
    const scope = (await terminal.question('Scope of its package (such as @acme; empty for none): ')).trim();
    const keep = (await terminal.question('Keep the ordering sample? (y/N): ')).trim();
    return { name, scope: scope || undefined, keepSample: /^y(?:es)?$/i.test(keep) };
  } finally {
    terminal.close();
  }
}

/** @throws Refusal */
function checkNames({ name, scope }: Answers, taken: string): string {
  if (!name) throw new Refusal('A name is missing: --name my-service.');
  if (!NAME.test(name) || name.length > LONGEST_NAME)
    throw new Refusal(
      `'${name}' is no name for a service: lower-case words of letters and digits, with hyphens between them, ` +
        `${LONGEST_NAME} characters at most.`,
    );
  if (name === taken) throw new Refusal(`'${name}' is the template's own name: choose another.`);
  if (scope !== undefined && !SCOPE.test(scope)) throw new Refusal(`'${scope}' is no scope: it looks like @acme.`);
  return name;
}

/** Tables, manifests and the lock file that are made from what has changed. */
function regenerate(unneeded: readonly string[]): void {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const npm = (...args: string[]) =>
    execFileSync('npm', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  for (const script of ['monitoring:generate', 'docs']) if (scripts[script]) npm('run', '--silent', script);
  // npm takes what the lock file holds and the manifest does not out of it, without asking a registry.
  if (unneeded.length > 0)
    npm('install', '--package-lock-only', '--offline', '--ignore-scripts', '--no-audit', '--no-fund');
}

function tell(tree: Tree): void {
  const { added, changed, removed } = tree.changes;
  for (const path of added) console.log(`add     ${path}`);
  for (const path of changed) console.log(`change  ${path}`);
  for (const path of removed) console.log(`remove  ${path}`);
}

async function init(given: Answers): Promise<void> {
  const { name: taken } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
  const asks = given.name === undefined && process.stdin.isTTY && process.stdout.isTTY;
  const commit = checkCheckout(ROOT);
  const answers = asks ? { ...given, ...(await askOnTerminal()) } : given;
  const name = checkNames(answers, taken);
  const tree = new Tree(ROOT);
  checkManifest(tree);
  const { scope, keepSample = false } = answers;
  const unneeded = await planFork(tree, { name, scope, keepSample, commit });
  if (given.dryRun) {
    tell(tree);
    return;
  }
  try {
    tree.commit();
    regenerate(unneeded);
  } catch (error) {
    restore(ROOT);
    throw new Error('It failed half-way; the checkout is as it was.', { cause: error });
  }
  console.log(
    [
      `This is ${scope ? `${scope}/` : ''}${name} now${keepSample ? ', with the ordering sample' : ''}.`,
      'Next: npm ci && npm test, then git add --all && git commit.',
      'A first use case: npm run generate:use-case -- <context> <name>',
    ].join('\n'),
  );
}

const program = new Command('template:init')
  .description('Makes a service of yours of this template, and removes itself. Without --name it asks, on a terminal.')
  .option('--name <name>', 'name of the service: package, metrics job, dashboards, manifests')
  .option('--scope <scope>', 'scope of its package, such as @acme')
  .option('--keep-sample', 'keep the ordering sample')
  .option('--dry-run', 'list what would change, and change nothing')
  .addHelpText(
    'after',
    '\nNothing changes unless the work tree is clean; a failure half-way leaves it as it was.\n' +
      'Exit codes: 0 done, 1 failed, 2 refused before anything was changed.',
  )
  .exitOverride()
  .action(init);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof Refusal) {
    console.error(error.message);
    process.exitCode = 2;
  } else {
    const { message, cause } = error as Error;
    console.error(cause === undefined ? message : `${message}\n${(cause as Error).message}`);
    process.exitCode = 1;
  }
});

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { changesSince, git, Refusal, type Change, type TemplateRecord, type Verdict } from './changes';

const ROOT = resolve(__dirname, '../..');
const REF = 'refs/template/upgrade';

interface Options {
  readonly from: string;
  readonly branch: string;
  readonly dryRun?: boolean;
}

const manifest = () =>
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { template?: TemplateRecord } & object;

/** @throws Refusal */
function recordOf(): TemplateRecord {
  const { template } = manifest();
  if (!template) throw new Refusal('This is the template itself: package.json has no record of one.');
  return template;
}

/** Brings the template's commits here, under a name of their own. @returns its last one */
function fetchTemplate({ from, branch }: Options, base: string): string {
  try {
    git(ROOT, 'fetch', '--quiet', '--no-tags', from, `+${branch}:${REF}`);
  } catch (error) {
    const [reason = ''] = String((error as { stderr?: Buffer }).stderr ?? '')
      .trim()
      .split('\n');
    throw new Refusal(`The template cannot be had from ${from}: ${reason}`);
  }
  try {
    git(ROOT, 'merge-base', '--is-ancestor', base, REF);
  } catch {
    throw new Refusal(`${from} does not hold ${base.slice(0, 10)}, which this service was made from.`);
  }
  return git(ROOT, 'rev-parse', REF).toString().trim();
}

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

function apply(changes: readonly Change[], record: TemplateRecord, theirs: string): void {
  for (const { path, verdict, result } of changes) {
    if (!['applies', 'merges', 'conflicts'].includes(verdict)) continue;
    const file = join(ROOT, path);
    if (result === undefined) rmSync(file, { force: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, result);
    }
  }
  // While package.json holds marks of a conflict nobody can read it: then the commit is written by hand.
  if (changes.some(({ path, verdict }) => path === 'package.json' && verdict === 'conflicts')) {
    console.log(`When package.json is put right, write this into its template record: "commit": "${theirs}"`);
    return;
  }
  const after = { ...manifest(), template: { ...record, commit: theirs } };
  writeFileSync(join(ROOT, 'package.json'), `${JSON.stringify(after, null, 2)}\n`);
}

function upgrade(options: Options): void {
  const record = recordOf();
  if (!options.dryRun && git(ROOT, 'status', '--porcelain').length > 0)
    throw new Refusal('The work tree is not clean: commit first, so that the upgrade can be seen and undone.');
  const theirs = fetchTemplate(options, record.commit);
  const changes = changesSince(ROOT, record, theirs);
  tell(changes);
  if (!options.dryRun) apply(changes, record, theirs);
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
  .action(upgrade);

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

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../command-line';
import { isLibraryOfTheTemplate, libraryHash } from '../library-record.cjs';
import { changesSince, git, type Change, type TemplateRecord } from './changes';

const REF = 'refs/template/upgrade';

export interface UpgradeOptions {
  /** Address or folder of the template, or the name of a remote. */
  readonly from: string;
  readonly branch: string;
  /** List the changes only. */
  readonly dryRun?: boolean;
}

export interface Upgrade {
  readonly changes: readonly Change[];
  /** The template's last commit. */
  readonly commit: string;
  /** Whether package.json records that commit: not while it has conflict markers. */
  readonly recorded: boolean;
}

/**
 * Applies to the work tree what the template has changed since its commit that the service records.
 * @param root of the service's checkout
 * @throws UsageError before anything is changed
 */
export function upgrade(root: string, options: UpgradeOptions): Upgrade {
  const record = manifestOf(root).template;
  if (!record) throw new UsageError('This is the template itself: package.json has no record of one.');
  if (!options.dryRun && git(root, 'status', '--porcelain').length > 0)
    throw new UsageError('The work tree is not clean: commit first, so that you can review and undo the upgrade.');
  const commit = fetchTemplate(root, options, record.commit);
  const changes = changesSince(root, record, commit);
  if (options.dryRun) return { changes, commit, recorded: false };
  const isLibraryTheirs = isLibraryOfTheTemplate(root);
  for (const change of changes) apply(root, change);
  const conflicts = new Set(changes.filter(({ verdict }) => verdict === 'conflicts').map(({ path }) => path));
  const recorded = !conflicts.has('package.json');
  // The lock file says which versions the library is used with.
  const library = isLibraryTheirs && !conflicts.has('package-lock.json') ? { library: libraryHash(root) } : {};
  if (recorded) writeRecord(root, { ...record, commit, ...library });
  return { changes, commit, recorded };
}

const manifestOf = (root: string) =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { template?: TemplateRecord } & object;

function writeRecord(root: string, template: TemplateRecord): void {
  writeFileSync(join(root, 'package.json'), `${JSON.stringify({ ...manifestOf(root), template }, null, 2)}\n`);
}

/** Fetches the template's commits under a separate ref. @returns the last one */
function fetchTemplate(root: string, { from, branch }: UpgradeOptions, base: string): string {
  try {
    git(root, 'fetch', '--quiet', '--no-tags', from, `+${branch}:${REF}`);
  } catch (error) {
    const [reason = ''] = String((error as { stderr?: Buffer }).stderr ?? '')
      .trim()
      .split('\n');
    throw new UsageError(`Could not fetch the template from ${from}: ${reason}`);
  }
  try {
    git(root, 'merge-base', '--is-ancestor', base, REF);
  } catch {
    throw new UsageError(`${from} does not contain ${base.slice(0, 10)}, which this service was made from.`);
  }
  return git(root, 'rev-parse', REF).toString().trim();
}

function apply(root: string, { path, verdict, result }: Change): void {
  if (!['applies', 'merges', 'conflicts'].includes(verdict)) return;
  const file = join(root, path);
  if (result === undefined) rmSync(file, { force: true });
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, result);
  }
}

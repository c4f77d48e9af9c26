import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What happens to a file that the template has changed since the fork, or since its last upgrade. */
export type Verdict =
  'applies' | 'merges' | 'conflicts' | 'has it already' | 'of the removed sample' | 'gone here' | 'yours';

export interface Change {
  readonly path: string;
  readonly verdict: Verdict;
  /** The new content, with conflict markers; undefined when the file is deleted. */
  readonly result?: Buffer;
}

/** What the package.json of a fork records about its template. */
export interface TemplateRecord {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
  readonly sample: 'kept' | 'removed';
  readonly library?: string;
}

/** Where the template keeps its manifests, and where it kept them before. */
const MANIFEST_FOLDERS = ['maintainers/template', 'tools/template'];

export function git(root: string, ...args: string[]): Buffer {
  return execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
}

/** A file as a commit has it. */
function fileAt(root: string, commit: string, path: string): Buffer | undefined {
  try {
    return git(root, 'show', `${commit}:${path}`);
  } catch {
    return undefined;
  }
}

/** The pages that `template:init` replaces: what the template writes in its own concerns no service. */
const replacedPages = (sample: TemplateRecord['sample']): readonly string[] =>
  sample === 'removed' ? ['CHANGELOG.md', 'README.md'] : ['CHANGELOG.md'];

/** Paths of the template's own and of its sample, as the manifests of that commit list them. */
function pathsIn(root: string, commit: string, manifest: string): readonly string[] {
  return MANIFEST_FOLDERS.flatMap((folder) => {
    const text = fileAt(root, commit, `${folder}/${manifest}`)?.toString();
    return text === undefined ? [] : (JSON.parse(text) as { paths: readonly string[] }).paths;
  });
}

const isUnder = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/**
 * Compares three trees: the template that the fork records, the current template, and the fork's last commit.
 * @param theirs the template's later commit, which has been fetched
 */
export function changesSince(root: string, { commit: base, sample }: TemplateRecord, theirs: string): Change[] {
  const ofTemplate = [...pathsIn(root, base, 'template.json'), ...pathsIn(root, theirs, 'template.json')];
  const ofSample = [...pathsIn(root, base, 'sample.json'), ...pathsIn(root, theirs, 'sample.json')];
  const listed = git(root, 'diff', '--name-only', '--no-renames', '-z', base, theirs).toString();
  return listed
    .split('\0')
    .filter((path) => path !== '' && !isUnder(path, ofTemplate))
    .map((path) => {
      if (replacedPages(sample).includes(path)) return { path, verdict: 'yours' };
      const versions = [base, 'HEAD', theirs].map((commit) => fileAt(root, commit, path)) as Versions;
      const isOfSample = sample === 'removed' && versions[1] === undefined && isUnder(path, ofSample);
      return isOfSample ? { path, verdict: 'of the removed sample' } : { path, ...threeWay(versions) };
    });
}

type Versions = [base: Buffer | undefined, ours: Buffer | undefined, theirs: Buffer | undefined];

function threeWay([base, ours, theirs]: Versions): Omit<Change, 'path'> {
  if (same(ours, theirs)) return { verdict: 'has it already' };
  if (same(ours, base)) return { verdict: 'applies', result: theirs };
  // Our file differs from the template's: the user has to decide.
  if (!ours) return { verdict: 'gone here' };
  if (!theirs) return { verdict: 'conflicts', result: ours };
  return merge(base ?? Buffer.alloc(0), ours, theirs);
}

const same = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one === undefined || other === undefined ? one === other : one.equals(other);

function merge(base: Buffer, ours: Buffer, theirs: Buffer): Omit<Change, 'path'> {
  const folder = mkdtempSync(join(tmpdir(), 'template-upgrade-'));
  try {
    const files = Object.entries({ ours, base, theirs }).map(([name, content]) => {
      writeFileSync(join(folder, name), content);
      return name;
    });
    const labels = ['-L', 'this service', '-L', 'the template before', '-L', 'the template'];
    try {
      return { verdict: 'merges', result: git(folder, 'merge-file', '-p', ...labels, ...files) };
    } catch (error) {
      // It exits with the number of conflicts, and with 255 when it cannot merge, such as an image.
      const { status, stdout } = error as { status: number; stdout: Buffer };
      return { verdict: 'conflicts', result: status < 128 ? stdout : ours };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

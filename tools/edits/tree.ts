import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceFile } from 'ts-morph';
import { edited } from './source';

export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The files of a checkout as they will be. Nothing is written before `commit`: a plan that fails changes nothing. */
export class Tree {
  private readonly content = new Map<string, string | undefined>();
  private readonly original: ReadonlySet<string>;
  /** What `commit` has changed, as it was, and what it has added. */
  private readonly before = new Map<string, Buffer>();
  private after: readonly string[] = [];

  /** @param root of a git checkout; files that git ignores are not included */
  constructor(readonly root: string) {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
    const names = listed.toString().split('\0').filter(Boolean);
    this.original = new Set(names.filter((name) => existsSync(join(root, name))));
  }

  /** Paths from the root, sorted. */
  get files(): string[] {
    const gone = new Set([...this.content].flatMap(([path, text]) => (text === undefined ? [path] : [])));
    return [...new Set([...this.original, ...this.content.keys()])].filter((path) => !gone.has(path)).sort();
  }

  has(path: string): boolean {
    return this.content.has(path) ? this.content.get(path) !== undefined : this.original.has(path);
  }

  /** @throws when there is no such file */
  read(path: string): string {
    const planned = this.content.get(path);
    if (planned !== undefined) return planned;
    if (!this.has(path)) throw new Error(`${path} does not exist.`);
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    this.content.set(path, text);
  }

  /** @throws when there is no such file */
  edit(path: string, change: (source: SourceFile) => void): void {
    this.write(path, edited(path, this.read(path), change));
  }

  remove(path: string): void {
    this.content.set(path, undefined);
  }

  get changes(): Changes {
    const planned = [...this.content].sort(([one], [other]) => (one < other ? -1 : 1));
    const differs = (path: string, text: string): boolean => text !== readFileSync(join(this.root, path), 'utf8');
    return {
      added: planned.flatMap(([path, text]) => (text !== undefined && !this.original.has(path) ? [path] : [])),
      changed: planned.flatMap(([path, text]) =>
        text !== undefined && this.original.has(path) && differs(path, text) ? [path] : [],
      ),
      removed: planned.flatMap(([path, text]) => (text === undefined && this.original.has(path) ? [path] : [])),
    };
  }

  /** Formats the written files that Prettier formats. */
  async format(): Promise<void> {
    const { added, changed } = this.changes;
    // Loaded only when needed: a plan that is not written, as in a test, needs no Prettier.
    const { format, getFileInfo, resolveConfig } = await import('prettier');
    const options = await resolveConfig(join(this.root, 'package.json'));
    const ignorePath = join(this.root, '.prettierignore');
    for (const path of [...added, ...changed].filter((name) => /\.(?:ts|mjs|cjs|js|md)$/.test(name))) {
      if ((await getFileInfo(join(this.root, path), { ignorePath })).ignored) continue;
      const pass = (text: string): Promise<string> => format(text, { ...options, filepath: path });
      // An object that the first pass breaks stays broken, which can change what is around it.
      this.content.set(path, await pass(await pass(this.read(path))));
    }
  }

  commit(): void {
    const { added, changed, removed } = this.changes;
    for (const path of [...changed, ...removed]) this.before.set(path, readFileSync(join(this.root, path)));
    this.after = added;
    for (const path of [...added, ...changed]) {
      mkdirSync(join(this.root, dirname(path)), { recursive: true });
      writeFileSync(join(this.root, path), this.read(path));
    }
    for (const path of removed) {
      rmSync(join(this.root, path));
      this.removeEmptyFolders(dirname(path));
    }
  }

  /** Takes back what `commit` has written. */
  revert(): void {
    for (const path of this.after) {
      rmSync(join(this.root, path), { force: true });
      this.removeEmptyFolders(dirname(path));
    }
    for (const [path, content] of this.before) writeFileSync(join(this.root, path), content);
  }

  private removeEmptyFolders(folder: string): void {
    for (let path = folder; path !== '.'; path = dirname(path)) {
      try {
        rmdirSync(join(this.root, path));
      } catch {
        return;
      }
    }
  }
}

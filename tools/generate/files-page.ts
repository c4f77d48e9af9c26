import { dirname } from 'node:path';
import type { Tree } from '../edits/tree';
import type { Names } from './names';

const PAGE = 'docs/FILES.md';

/** One file of each folder of a context. */
export interface Folders {
  readonly aggregate?: string;
  readonly useCase: string;
  readonly adapter?: string;
  readonly controller: string;
  readonly fake?: string;
  readonly domainTest?: string;
  readonly unitTest: string;
  readonly contractTest?: string;
  readonly e2eTest: string;
}

/** Adds the folders of a new context to the page of files, next to similar ones. A fork has no such page. */
export function listFolders(tree: Tree, { words }: Names, paths: Folders): void {
  if (!tree.has(PAGE)) return;
  const purposes: readonly (readonly [path: string | undefined, purpose: string])[] = [
    [paths.aggregate, `aggregates of ${words}, their errors, and the ports of repositories`],
    [paths.useCase, `the use cases of ${words}, one per file, and their ports`],
    [paths.adapter, `the adapters of the ports of ${words}`],
    [paths.controller, `controllers, schemas and problems of ${words}`],
    [paths.fake, `fakes of the ports of ${words}`],
    [paths.domainTest, `aggregates of ${words}`],
    [paths.unitTest, `use cases of ${words} on fakes`],
    [paths.contractTest, `one suite over the fakes of ${words} and PostgreSQL`],
    [paths.e2eTest, `${words} over HTTP`],
  ];
  const lines = tree.read(PAGE).split('\n');
  for (const [path, purpose] of purposes) {
    if (path === undefined) continue;
    const folder = dirname(path);
    if (lines.some((line) => line.includes(`\`${folder}\``))) continue;
    const beside = lines.findLastIndex((line) => line.startsWith('|') && line.includes(`\`${dirname(folder)}`));
    lines.splice(beside + 1, 0, `| \`${folder}\` | ${purpose} |`);
  }
  tree.write(PAGE, lines.join('\n'));
}

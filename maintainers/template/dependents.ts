import { resolveSpecifier, specifiersOf } from '../../tools/edits/source';
import type { Tree } from '../../tools/edits/tree';
import { isUnder, templateManifest } from './manifests';

const isSource = (path: string): boolean => /\.(?:ts|js|mjs|cjs)$/.test(path) && !path.includes('/fixtures/');

/** The files of the checkout that a source file imports. */
export function importsOf(tree: Tree, path: string): string[] {
  return specifiersOf(tree.read(path)).flatMap((name) => resolveSpecifier(path, name, (file) => tree.has(file)) ?? []);
}

/**
 * The files of the sample: those of these paths, every test and tool that imports one of them or mentions the sample,
 * and everything that imports those. A list with an element of the sample (`isList`) stays, and loses that element.
 */
export function sampleFiles(
  tree: Tree,
  { paths, marks }: { readonly paths: readonly string[]; readonly marks: readonly string[] },
  isList: (path: string) => boolean,
): Set<string> {
  const gone = new Set(tree.files.filter((path) => isUnder(path, paths)));
  const candidates = tree.files.filter(
    (path) =>
      isUnder(path, ['test', 'tools']) && isSource(path) && !isList(path) && !isUnder(path, templateManifest.paths),
  );
  for (const path of candidates) {
    const text = tree.read(path);
    if (marks.some((mark) => text.includes(mark))) gone.add(path);
  }
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const path of candidates) {
      if (!gone.has(path) && importsOf(tree, path).some((imported) => gone.has(imported))) gone.add(path);
    }
  }
  return gone;
}

/** The remaining sources that import a file that is removed. */
export function listsOf(tree: Tree, gone: ReadonlySet<string>): string[] {
  return tree.files.filter(
    (path) =>
      isSource(path) &&
      !gone.has(path) &&
      isUnder(path, ['src', 'tools', 'test']) &&
      !isUnder(path, templateManifest.paths) &&
      importsOf(tree, path).some((imported) => gone.has(imported)),
  );
}

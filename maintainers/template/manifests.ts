import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '../../tools/edits/tree';

export interface SampleManifest {
  /** Files and folders of the sample. Tests and tools that use any of them belong to it as well. */
  readonly paths: readonly string[];
  /** Texts that show that a test, a tool or a paragraph is about the sample, without importing it. */
  readonly marks: readonly string[];
}

/** What only the template needs: a service that was made from it has none of it. A script that runs any of it goes too. */
export interface TemplateManifest {
  readonly paths: readonly string[];
  /** What goes from the lists of suites, of folders and of rules. */
  readonly listed: readonly string[];
  /** Scripts that a service gets instead of those that go. */
  readonly addedScripts: Readonly<Record<string, string>>;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(__dirname, name), 'utf8'));
export const sampleManifest = read('sample.json') as SampleManifest;
export const templateManifest = read('template.json') as TemplateManifest;

export const isUnder = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/** Paths of a manifest that do not exist. */
export function missingPaths(tree: Tree, paths: readonly string[]): string[] {
  return paths.filter((path) => !tree.files.some((file) => isUnder(file, [path])));
}

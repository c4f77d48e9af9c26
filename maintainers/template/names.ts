import { parseDocument, visit } from 'yaml';
import type { Tree } from '../../tools/edits/tree';

/** Names as whole words: neither `ordering` in `reordering` nor in `@ordering`. */
function renameWords(text: string, names: readonly string[], name: string): string {
  return names.reduce((result, old) => result.replaceAll(new RegExp(`(?<![\\w@-])${old}(?![\\w])`, 'g'), name), text);
}

/** Renames in what a YAML document says; its comments and layout stay as they are. */
export function renameInYaml(text: string, names: readonly string[], name: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw document.errors[0]!;
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  visit(document, {
    Scalar(_, { value, range }) {
      if (typeof value !== 'string' || !range) return;
      const [start, end] = range;
      const source = text.slice(start, end);
      const renamed = renameWords(source, names, name);
      if (renamed !== source) edits.push({ start, end, text: renamed });
    },
  });
  return edits
    .sort((one, other) => other.start - one.start)
    .reduce((result, { start, end, text: put }) => result.slice(0, start) + put + result.slice(end), text);
}

/** The files outside of the sources that name the deployed service. Sources take its name from one constant. */
export function renameDeployments(tree: Tree, names: readonly string[], name: string): void {
  for (const path of tree.files.filter((file) => file.startsWith('deployments/') || file.startsWith('.github/'))) {
    const text = tree.read(path);
    if (/\.ya?ml$/.test(path)) tree.write(path, renameInYaml(text, names, name));
    else if (!/\.(?:json|md|ts|mjs|cjs|js|tmpl)$/.test(path)) tree.write(path, renameWords(text, names, name));
  }
}

/** It names the template itself, also in a service. */
const PAGE_OF_UPGRADES = 'docs/guides/UPGRADE-A-FORK.md';

/** In pages a job, a label or a role is named in code; the word alone may mean the business. */
export function renamePages(tree: Tree, packageName: string, serviceName: string, name: string): void {
  const inCode = new RegExp(`((?:job|app|application_name|AUTH_AUDIENCE\`? \\|)\\W{1,4})${serviceName}\\b`, 'g');
  const isRenamed = (file: string): boolean =>
    file.endsWith('.md') && !file.startsWith('src/query-timing/') && file !== PAGE_OF_UPGRADES;
  for (const path of tree.files.filter(isRenamed)) {
    const text = tree.read(path);
    const renamed = renameWords(text, [packageName], name);
    tree.write(path, renamed.replaceAll(inCode, `$1${name}`));
  }
}

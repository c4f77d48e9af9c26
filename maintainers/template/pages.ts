import { posix } from 'node:path';
import type { Tree } from '../../tools/edits/tree';
import { isUnder } from './manifests';
import { hasBrokenLink, LINK, rowWithoutBrokenLinks, withoutBrokenLinks, withoutLastSentence } from './sentences';

/** What a service no longer has, by which a paragraph is known to be about it. */
export interface Gone {
  readonly scripts: readonly string[];
  readonly files: ReadonlySet<string>;
  /** Files and folders that go as a whole. Another folder can be without files now, and have some later. */
  readonly paths: readonly string[];
  readonly marks: readonly string[];
}

interface Block {
  readonly kind: 'heading' | 'fence' | 'row' | 'item' | 'text' | 'blank';
  readonly level: number;
  readonly text: string;
}

/** A page in the parts that can go alone: headings, paragraphs, fenced code, items of lists, rows of tables. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = page.split('\n');
  const add = (kind: Block['kind'], text: string, level = 0): void => void blocks.push({ kind, text, level });
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!;
    const take = (goesOn: (next: string) => boolean): string => {
      const taken = [line];
      while (index + 1 < lines.length && goesOn(lines[index + 1]!)) taken.push(lines[++index]!);
      return taken.join('\n');
    };
    const heading = /^(#{1,6}) /.exec(line);
    const isItem = (text: string): boolean => /^\s*(?:[-*]|\d+\.) /.test(text);
    if (heading) add('heading', line, heading[1]!.length);
    else if (/^\s*```/.test(line)) {
      let isOpen = true;
      const text = take((next) => {
        const was = isOpen;
        if (/^\s*```\s*$/.test(next)) isOpen = false;
        return was;
      });
      add('fence', text);
    } else if (line.startsWith('|')) add('row', line);
    else if (isItem(line))
      add(
        'item',
        take((next) => /^\s+\S/.test(next) && !isItem(next)),
      );
    else if (line.trim() === '') add('blank', line);
    else
      add(
        'text',
        take((next) => next.trim() !== '' && !/^(?:#{1,6} |\||\s*```)/.test(next) && !isItem(next)),
      );
  }
  return blocks;
}

/** The anchors of a page, as GitHub makes them from its headings. */
function anchorsOf(page: string): Set<string> {
  const headings = blocksOf(page).filter(({ kind }) => kind === 'heading');
  return new Set(
    headings.map(({ text }) =>
      text
        .replace(/^#+ +/, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  );
}

/**
 * Removes every paragraph about something that is gone, and every sentence with a link to it, until no link of any page is
 * broken. A decision is valid without its examples: its record stays, and says what is only in the template.
 */
export function prunePages(tree: Tree, gone: Gone): void {
  const records = tree.files.filter(isDecision);
  for (const page of records) tree.write(page, renameCommands(tree.read(page), gone));
  for (let changed = true; changed;) {
    changed = false;
    for (const page of tree.files.filter((path) => path.endsWith('.md') && !path.includes('/fixtures/'))) {
      const before = tree.read(page);
      const after = isDecision(page) ? refersToTemplate(tree, page, before, gone) : prunePage(tree, page, before, gone);
      if (after === before) continue;
      tree.write(page, after);
      changed = true;
    }
  }
}

const isDecision = (page: string): boolean => page.startsWith('docs/adr/ADR-');

const COMMAND = /npm run (?:-s )?(-w maintainers )?([a-z][\w:-]*)/g;

const OF_TEMPLATE = '(of the template)';

/** The output of a template's command remains as evidence in a decision record, but the service has no such command. */
const renameCommands = (page: string, { scripts }: Gone): string =>
  page.replaceAll(
    /`npm run (-w maintainers )?([\w:-]+)([^`]*)`/g,
    (command, workspace: string | undefined, name: string, options: string) =>
      workspace !== undefined || scripts.includes(name) ? `\`${name}${options}\` ${OF_TEMPLATE}` : command,
  );

/** Of links to what the service does not have, the text remains. */
const refersToTemplate = (tree: Tree, page: string, text: string, gone: Gone): string =>
  text
    .replaceAll(LINK, (link, words: string, target: string) => {
      if (!leadsNowhere(tree, page, target)) return link;
      const isEvidence = words.startsWith('`') || target.includes('/test/');
      return isEvidence ? `${words} ${OF_TEMPLATE}` : words;
    })
    .replaceAll(/`([\w./-]+)`(?!\]| \(of the template\))/g, (code, path: string) =>
      isGone(tree, path, gone) ? `${code} ${OF_TEMPLATE}` : code,
    );

const pathsIn = (text: string): string[] => [...text.matchAll(/`([\w./-]+)`/g)].map((match) => match[1]!);

function isAboutGone(tree: Tree, text: string, gone: Gone): boolean {
  const runsGone = [...text.matchAll(COMMAND)].some(
    ([, workspace, name]) => workspace !== undefined || gone.scripts.includes(name!),
  );
  return (
    runsGone || gone.marks.some((mark) => text.includes(mark)) || pathsIn(text).some((path) => isGone(tree, path, gone))
  );
}

function isGone(tree: Tree, path: string, { files, paths }: Gone): boolean {
  const plain = path.replace(/\/$/, '');
  return (files.has(plain) || isUnder(plain, paths)) && !isThere(tree, plain);
}

const isThere = (tree: Tree, path: string): boolean =>
  tree.has(path) || tree.files.some((file) => file.startsWith(`${path}/`));

function leadsNowhere(tree: Tree, page: string, link: string): boolean {
  if (/^[a-z]+:/i.test(link)) return false;
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path)).replace(/\/$/, '');
  if (!isThere(tree, target)) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(tree.read(target)).has(anchor);
}

function prunePage(tree: Tree, page: string, text: string, gone: Gone): string {
  const isAbout = (part: string): boolean => isAboutGone(tree, part, gone);
  const isBroken = (link: string): boolean => leadsNowhere(tree, page, link);
  const blocks = blocksOf(text);
  const pruned = blocks.map(({ kind, text: part }) => {
    if (kind === 'blank') return part;
    if (isAbout(part)) return undefined;
    if (kind === 'text' || kind === 'item') return withoutBrokenLinks(part, isBroken);
    if (kind === 'fence') return withoutFolders(part, (path) => isGone(tree, path, gone));
    if (kind === 'row') return rowWithoutBrokenLinks(part, isBroken);
    return hasBrokenLink(part, isBroken) ? undefined : part;
  });
  const keep = pruned.map((part) => part !== undefined);
  if (pruned.every((part, index) => part === blocks[index]!.text)) return text;
  const solid = blocks.flatMap(({ kind }, index) => (kind === 'blank' ? [] : [index]));
  solid.forEach((index, place) => {
    const before = solid[place - 1];
    // A sentence that ends in a colon introduces what follows it.
    const introduces = before !== undefined && blocks[before]!.kind === 'text' && pruned[before]?.endsWith(':');
    if (keep[index] || !introduces || blocks[index]!.kind === 'row') return;
    pruned[before] = withoutLastSentence(pruned[before]!);
    keep[before] = pruned[before] !== undefined;
  });
  // From the end, so that a heading sees which of its sections are left.
  solid.toReversed().forEach((index) => {
    const { kind, level } = blocks[index]!;
    if (kind === 'heading' && level > 1 && !keep[index]) return;
    if (kind === 'heading' && level > 1) keep[index] = hasContent(blocks, keep, index, level);
    if (kind === 'row' && isTableHead(blocks, index)) keep[index] = keep[index + 1] = hasRows(blocks, keep, index);
  });
  const left = pruned.filter((_, index) => keep[index]);
  return `${left
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** In a tree of folders, each has a line that begins with its path. */
const withoutFolders = (fence: string, isGoneFolder: (path: string) => boolean): string =>
  fence
    .split('\n')
    .filter((line) => !isGoneFolder(/^[\w./-]+\/(?= )/.exec(line)?.[0] ?? ''))
    .join('\n');

function hasContent(blocks: readonly Block[], keep: readonly boolean[], heading: number, level: number): boolean {
  for (let index = heading + 1; index < blocks.length; index += 1) {
    const block = blocks[index]!;
    if (block.kind === 'heading' && block.level <= level) return false;
    if (block.kind !== 'blank' && keep[index]) return true;
  }
  return false;
}

const isTableHead = (blocks: readonly Block[], index: number): boolean =>
  blocks[index - 1]?.kind !== 'row' && /^\|[\s:|-]+\|$/.test(blocks[index + 1]?.text ?? '');

function hasRows(blocks: readonly Block[], keep: readonly boolean[], head: number): boolean {
  for (let index = head + 2; blocks[index]?.kind === 'row'; index += 1) if (keep[index]) return true;
  return false;
}

import { posix } from 'node:path';
import type { Tree } from '../../tools/edits/tree';

/** What a service no longer has, by which a paragraph is known to be about it. */
export interface Gone {
  readonly scripts: readonly string[];
  readonly ofTemplate: ReadonlySet<string>;
  /** Those of the template and those of the sample. */
  readonly gone: ReadonlySet<string>;
  readonly marks: readonly string[];
  /** Decision records that lose paragraphs as any page does. */
  readonly prunedRecords: readonly string[];
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

/** Removes every paragraph about something that is gone, until no link of any page is broken. */
export function prunePages(tree: Tree, gone: Gone): void {
  for (const page of tree.files.filter(isDecision)) tree.write(page, renameCommands(tree.read(page), gone));
  for (let changed = true; changed;) {
    changed = false;
    for (const page of tree.files.filter((path) => path.endsWith('.md') && !path.includes('/fixtures/'))) {
      const before = tree.read(page);
      // A decision record about the sample goes as a whole, unless it holds without.
      if (isDecision(page) && !gone.prunedRecords.includes(page) && isAboutSample(tree, before, gone)) {
        tree.remove(page);
        changed = true;
        continue;
      }
      const after = prune(before, ({ text }) => isAboutGone(tree, page, text, gone));
      if (after === before) continue;
      tree.write(page, after);
      changed = true;
    }
  }
}

const isDecision = (page: string): boolean => page.startsWith('docs/adr/ADR-');

const COMMAND = /npm run (?:-s )?(-w maintainers )?([a-z][\w:-]*)/g;

/** The output of a template's command remains as evidence in a decision record, but the service has no such command. */
const renameCommands = (page: string, { scripts }: Gone): string =>
  page.replaceAll(
    /`npm run (-w maintainers )?([\w:-]+)([^`]*)`/g,
    (command, workspace: string | undefined, name: string, options: string) =>
      workspace !== undefined || scripts.includes(name) ? `\`${name}${options}\` (of the template)` : command,
  );

const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`([\w./-]+)`/g)].map((match) => match[1]!.replace(/\/$/, ''));
const linksIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!).filter((link) => !/^[a-z]+:/i.test(link));

function isAboutSample(tree: Tree, page: string, { ofTemplate, gone, marks }: Gone): boolean {
  const ofSample = new Set([...gone].filter((path) => !ofTemplate.has(path)));
  const paths = [...pathsIn(page), ...linksIn(page).map((link) => posix.join('docs/adr', link.split('#')[0]!))];
  return (
    marks.some((mark) => page.includes(mark)) || paths.some((path) => isGone(path, ofSample) && !isThere(tree, path))
  );
}

function isAboutGone(tree: Tree, page: string, text: string, { scripts, gone, marks }: Gone): boolean {
  const runsGone = [...text.matchAll(COMMAND)].some(
    ([, workspace, name]) => workspace !== undefined || scripts.includes(name!),
  );
  if (runsGone || marks.some((mark) => text.includes(mark))) return true;
  if (pathsIn(text).some((path) => isGone(path, gone) && !isThere(tree, path))) return true;
  return !/^\s*```/.test(text) && linksIn(text).some((link) => leadsNowhere(tree, page, link));
}

const isGone = (path: string, files: ReadonlySet<string>): boolean =>
  files.has(path) || [...files].some((file) => file.startsWith(`${path}/`));

const isThere = (tree: Tree, path: string): boolean =>
  tree.has(path) || tree.files.some((file) => file.startsWith(`${path}/`));

function leadsNowhere(tree: Tree, page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path)).replace(/\/$/, '');
  if (!isThere(tree, target)) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(tree.read(target)).has(anchor);
}

function prune(page: string, isGonePart: (block: Block) => boolean): string {
  const blocks = blocksOf(page);
  const keep = blocks.map((block) => block.kind === 'blank' || !isGonePart(block));
  if (keep.every(Boolean)) return page;
  const solid = blocks.flatMap(({ kind }, index) => (kind === 'blank' ? [] : [index]));
  solid.forEach((index, place) => {
    const before = solid[place - 1];
    // A sentence that ends in a colon introduces what follows it.
    const introduces = before !== undefined && blocks[before]!.kind === 'text' && blocks[before]!.text.endsWith(':');
    if (!keep[index] && introduces && blocks[index]!.kind !== 'row') keep[before] = false;
  });
  // From the end, so that a heading sees which of its sections are left.
  solid.toReversed().forEach((index) => {
    const { kind, level } = blocks[index]!;
    if (kind === 'heading' && level > 1 && !keep[index]) return;
    if (kind === 'heading' && level > 1) keep[index] = hasContent(blocks, keep, index, level);
    if (kind === 'row' && isTableHead(blocks, index)) keep[index] = keep[index + 1] = hasRows(blocks, keep, index);
  });
  const left = blocks.filter((_, index) => keep[index]).map(({ text }) => text);
  return `${left
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

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

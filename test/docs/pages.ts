import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export interface CodeBlock {
  readonly page: string;
  /** The number of its first line in the page. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** Every page of the project, by its path from the root. */
export const pages: readonly string[] = [
  ...readdirSync('.'),
  ...['docs', 'deployments', 'src'].flatMap((folder) => filesBelow(folder)),
]
  .filter((path) => path.endsWith('.md'))
  .sort();

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
}

export const read = (page: string): string => readFileSync(page, 'utf8');

/** Generated from code: the cases of the query guide. */
const GENERATED = /<!-- case: [^]*?<!-- \/case -->/g;

/** The page without its generated parts, with the same line numbers. */
export const handWritten = (page: string): string =>
  read(page).replaceAll(GENERATED, (made) => made.replaceAll(/[^\n]/g, ''));

/** The hand-written code of a page. */
export function codeBlocks(page: string): CodeBlock[] {
  const text = handWritten(page);
  return [...text.matchAll(/^```(\w+)\n([^]*?)\n```$/gm)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length + 1;
    return { page, line, language: match[1]!, code: match[2]! };
  });
}

/** The text of the comment right before a block; empty without one. */
export function noteBefore({ page, line }: CodeBlock): string {
  const before = handWritten(page)
    .split('\n')
    .slice(0, line - 2);
  const last = before.findLast((text) => text.trim() !== '') ?? '';
  return /^<!-- (.*) -->$/.exec(last)?.[1] ?? '';
}

/** The page without its blocks of code. */
export const codeless = (page: string): string => read(page).replaceAll(/^```[^]*?^```$/gm, '');

/** Links to files of this repository, as written in the page. */
export function localLinks(page: string): string[] {
  return [...codeless(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((link) => !/^[a-z]+:/i.test(link));
}

export function resolveLink(page: string, link: string): { path: string; anchor: string | undefined } {
  const [path = '', anchor] = link.split('#', 2);
  return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
}

/** The anchor of a heading, as GitHub derives it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

export const anchorsOf = (page: string): Set<string> =>
  new Set([...read(page).matchAll(/^#{1,6} +(.+)$/gm)].map((match) => anchorOf(match[1]!)));

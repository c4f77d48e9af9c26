import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { anchorsOf, read } from './pages';

const RUN_BOOKS = 'docs/runbooks';
const pages = readdirSync(RUN_BOOKS)
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => join(RUN_BOOKS, file));

interface Part {
  readonly level: number;
  readonly heading: string;
  readonly text: string;
}

/** A page, cut before each heading. */
const partsOf = (text: string): Part[] =>
  text
    .split(/^(?=#{1,6} )/m)
    .map((part) => /^(#+) (.+)\n([^]*)$/.exec(part))
    .flatMap((match) => (match ? { level: match[1]!.length, heading: match[2]!, text: match[3]! } : []));

const QUERY = /^```(promql|sql)$/m;
const isNamedQuery = ({ level, text }: Part) => level === 3 && QUERY.test(text);
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

/** What to do, without the code. */
const stepsOf = (parts: readonly Part[]) =>
  parts
    .slice(parts.findIndex(({ heading }) => heading === 'What to do now'))
    .map(({ text }) => text.replaceAll(/^```[^]*?^```$/gm, ''))
    .join('\n');
const linksIn = (steps: string) => [...steps.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
const withoutLinks = (steps: string) => steps.replaceAll(/\[[^\]]*\]\([^)]*\)/g, '[]');
const mentions = (text: string, name: string) =>
  new RegExp(`(?<![\\w-])${name.replaceAll(/[^\w\s-]/g, '\\$&')}(?![\\w-])`, 'i').test(text);
/** What sends a reader to a query without its name. */
const VAGUE =
  /\b(?:see|query|queries|statement|panel|graph|chart)s? (?:above|below)\b|\b(?:above|below) (?:query|statement|panel)\b/i;

/** What is wrong with the queries of a run-book, and with the references to them. */
function mistakesIn(text: string): string[] {
  const parts = partsOf(text);
  const steps = stepsOf(parts);
  const links = linksIn(steps);
  const queries = parts.filter(isNamedQuery);
  const anchors = queries.map(({ heading }) => anchorOf(heading));
  return [
    ...parts.filter((part) => QUERY.test(part.text) && !isNamedQuery(part)).map(({ heading }) => `no name: ${heading}`),
    ...links.filter((anchor) => !anchors.includes(anchor)).map((anchor) => `no query: #${anchor}`),
    ...queries
      .filter(({ heading }) => mentions(withoutLinks(steps), heading))
      .map(({ heading }) => `no link: ${heading}`),
    ...queries
      .filter(({ heading, text: query }) => /^```sql$/m.test(query) && !links.includes(anchorOf(heading)))
      .map(({ heading }) => `not used: ${heading}`),
    ...(VAGUE.exec(withoutLinks(steps)) ?? []).map((words) => `which one: ${words}`),
  ];
}

it('there are run-books with named queries', () => {
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.flatMap((page) => partsOf(read(page)).filter(isNamedQuery)).length).toBeGreaterThan(50);
});

it.each(pages)('%s has a name for each query, and its steps link to them', (page) => {
  expect(mistakesIn(read(page))).toEqual([]);
  const anchors = anchorsOf(page);
  expect(linksIn(stepsOf(partsOf(read(page)))).filter((anchor) => !anchors.has(anchor))).toEqual([]);
});

describe('the check reports', () => {
  const page = (confirm: string, steps: string) =>
    `# A\n\n## How to confirm\n\n${confirm}\n\n## What to do now\n\n${steps}\n\n## What to do next\n\n- Rest.\n`;
  const query = '### Blocked sessions\n\n```sql\nSELECT 1;\n```';

  it.each([
    ['a query without a name', page('```promql\nup\n```', '1. Wait.'), ['no name: How to confirm']],
    ['a link that leads to no query', page(query, '1. [It](#blocked-sessions), [this](#a).'), ['no query: #a']],
    [
      'a name without a link',
      page(query, '1. [It](#blocked-sessions).\n2. End the blocked sessions.'),
      ['no link: Blocked sessions'],
    ],
    ['SQL that no step uses', page(query, '1. Wait.'), ['not used: Blocked sessions']],
    ['a reference without a name', page(query, '1. [It](#blocked-sessions), see below.'), ['which one: see below']],
    ['nothing for a right one', page(query, '1. End the [blocked sessions](#blocked-sessions).'), []],
  ])('%s', (_, text, mistakes) => {
    expect(mistakesIn(text)).toEqual(mistakes);
  });
});

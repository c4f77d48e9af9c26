import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { localLinks, pages, resolveLink } from './pages';

const RUN_BOOKS = 'docs/runbooks';
const CASES = 'docs/guides/query-optimization/';

const linkedFrom = (page: string): string[] =>
  localLinks(page)
    .map((link) => resolveLink(page, link).path)
    .filter((path) => pages.includes(path));

const runBooks = readdirSync(RUN_BOOKS)
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => join(RUN_BOOKS, file));
const cases = pages.filter((page) => page.startsWith(CASES) && !page.endsWith('README.md'));

it('there are run-books and cases', () => {
  expect(runBooks.length).toBeGreaterThan(20);
  expect(cases.length).toBeGreaterThan(30);
});

it.each(runBooks)('every case of the query guide is two clicks away from %s', (runBook) => {
  const first = linkedFrom(runBook);
  const reached = new Set([...first, ...first.flatMap(linkedFrom)]);
  expect(cases.filter((page) => !reached.has(page))).toEqual([]);
});

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localLinks, pages, resolveLink } from './pages';

/** The page that a link opens: for a folder its README, as on GitHub. */
function pageOf(page: string, link: string): string {
  const { path } = resolveLink(page, link);
  return existsSync(path) && statSync(path).isDirectory() ? join(path, 'README.md') : path;
}

it('every page is reached from the README by following links', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const link of localLinks(page)) {
      const next = pageOf(page, link);
      if (pages.includes(next)) reached.add(next);
    }
  }
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localLinks, pages, resolveLink } from './pages';

/** Where a link leads: a folder is opened at its README, as GitHub does. */
function pageBehind(page: string, link: string): string {
  const { path } = resolveLink(page, link);
  return existsSync(path) && statSync(path).isDirectory() ? join(path, 'README.md') : path;
}

it('every page is reached from the README by following links', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const link of localLinks(page)) {
      const next = pageBehind(page, link);
      if (pages.includes(next)) reached.add(next);
    }
  }
  // The template is reached as well; what is left would be found by nobody.
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

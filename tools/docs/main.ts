import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { configurationTable } from './configuration-table';

/** Where a page holds a table that is made from the code: between two comments that name it. */
export const CONFIGURATION_PAGE = 'docs/guides/CONFIGURATION.md';

/** The page with its table made anew. @throws when the page has lost its marks */
export function withTable(page: string, table: string): string {
  const marked = /(<!-- configuration -->\n)[^]*?(\n<!-- \/configuration -->)/;
  if (!marked.test(page))
    throw new Error(`${CONFIGURATION_PAGE} has no <!-- configuration --> … <!-- /configuration -->.`);
  return page.replace(marked, (_, before: string, after: string) => `${before}\n${table}\n${after}`);
}

if (require.main === module) {
  new Command('docs').description('Regenerates what pages take from the code.').parse();
  writeFileSync(CONFIGURATION_PAGE, withTable(readFileSync(CONFIGURATION_PAGE, 'utf8'), configurationTable()));
}

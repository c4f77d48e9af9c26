import { readFileSync } from 'node:fs';
import { configurationTable } from '../../tools/docs/configuration-table';
import { CONFIGURATION_PAGE, withTable } from '../../tools/docs/main';

it('the configuration page lists what the service reads: `npm run docs` makes it anew', () => {
  const page = readFileSync(CONFIGURATION_PAGE, 'utf8');
  expect(page).toBe(withTable(page, configurationTable()));
});

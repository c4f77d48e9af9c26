import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { findGenerators } from '../../tools/regenerate/find-generators';

it('every generated file is as its source makes it: run npm run regenerate', () => {
  const files = findGenerators().flatMap((generate) => generate());
  const stale = files.filter(({ path, content }) => !existsSync(path) || readFileSync(path, 'utf8') !== content);
  expect(files.map(({ path }) => path)).toContain('docs/guides/CONFIGURATION.md');
  expect(stale.map(({ path }) => relative('.', path))).toEqual([]);
});

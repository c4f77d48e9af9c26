import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from './pages';

it('ADR-019 lists the names of neverthrow that the service imports', () => {
  const table =
    read('docs/adr/ADR-019-result-pattern-adoption-2025.md')
      .split('### What neverthrow provides\n')[1]
      ?.split('\n### ')[0] ?? '';
  const listed = [...table.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]!);
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const imported = sources.flatMap((path) =>
    [...readFileSync(join('src', path), 'utf8').matchAll(/^import (?:type )?\{(.+)\} from 'neverthrow';$/gm)].flatMap(
      (match) => match[1]!.split(',').map((name) => name.replace(/\btype\b/, '').trim()),
    ),
  );
  expect(listed.sort()).toEqual([...new Set(imported)].sort());
});

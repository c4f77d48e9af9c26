import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from './pages';

it('ADR-019 lists the names of neverthrow that the service and generated files import', () => {
  const table =
    read('docs/adr/ADR-019-result-pattern-adoption-2025.md')
      .split('### What neverthrow provides\n')[1]
      ?.split('\n### ')[0] ?? '';
  const listed = [...table.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]!);
  const sources = ['src', 'tools/generate'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  // A generator has them in a template, which may begin on this line.
  const imports = /(?:^|`)import (?:type )?\{(.+)\} from 'neverthrow';$/gm;
  const imported = sources
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(imports)].flatMap((match) =>
        match[1]!.split(',').map((name) => name.replace(/\btype\b/, '').trim()),
      ),
    );
  expect(listed.sort()).toEqual([...new Set(imported)].sort());
});

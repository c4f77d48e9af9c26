import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = <T>(file: string): T => JSON.parse(readFileSync(join(__dirname, '../..', file), 'utf8')) as T;

/** npm 12 runs no script of an installed package that is not allowed, and earlier ones warn of each without a decision. */
it('every package with an install script is allowed to run it, or denied', () => {
  const { packages } = read<{ packages: Record<string, { hasInstallScript?: boolean }> }>('package-lock.json');
  const { allowScripts } = read<{ allowScripts: Record<string, boolean> }>('package.json');
  const undecided = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.split('node_modules/').at(-1)!)
    .filter((name) => !(name in allowScripts));
  expect(undecided).toEqual([]);
});

/**
 * Prints, as JSON, the architecture rules and the violations in each given tree:
 * `{ rules: [name], folderRules: [name], violations: { [tree]: [{ rule, file }] } }`; for a rule about folders, `file` is a
 * folder. One process for all trees, and a separate one because dependency-cruiser is ESM only, which Jest on Node 20
 * cannot load.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { cruise } from 'dependency-cruiser';

const project = resolve(import.meta.dirname, '../..');
const options = await extractOptions(join(project, '.dependency-cruiser.cjs'));
const tsConfig = extractTsConfig(join(project, 'tsconfig.json'));

/** @type {Record<string, { rule: string, file: string }[]>} */
const violations = {};
for (const folder of process.argv.slice(2)) {
  const roots = ['src', 'development-database', 'test', 'tools', 'maintainers'].filter((root) =>
    existsSync(join(folder, root)),
  );
  const { output } = await cruise(roots, { ...options, baseDir: folder }, undefined, { tsConfig });
  if (typeof output === 'string') throw new Error(output);
  violations[folder] = output.summary.violations.flatMap(({ rule, from, cycle }) =>
    (cycle?.map(({ name }) => name) ?? [from]).map((file) => ({ rule: rule.name, file })),
  );
}
const forbidden = options.ruleSet?.forbidden ?? [];
const rules = forbidden.map(({ name }) => name);
const folderRules = forbidden.filter((rule) => 'scope' in rule && rule.scope === 'folder').map(({ name }) => name);
process.stdout.write(JSON.stringify({ rules, folderRules, violations }));

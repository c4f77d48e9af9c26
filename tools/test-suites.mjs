/**
 * What `npm test` runs, in this order: what fails fastest comes first.
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly string[]} run arguments of `node`, from the root of the project
 * @property {number} budgetSeconds on two cores; beyond it there is a warning, beyond three times it the suite fails
 */

const bin = {
  tsc: 'node_modules/typescript/bin/tsc',
  eslint: 'node_modules/eslint/bin/eslint.js',
  prettier: 'node_modules/prettier/bin/prettier.cjs',
  depcruise: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  jest: 'node_modules/jest/bin/jest.js',
};

/** @type {readonly Suite[]} */
export const suites = [
  { name: 'typecheck', run: [bin.tsc, '--noEmit'], budgetSeconds: 15 },
  { name: 'lint', run: [bin.eslint, '.'], budgetSeconds: 25 },
  { name: 'format', run: [bin.prettier, '--check', '--log-level', 'warn', '.'], budgetSeconds: 15 },
  { name: 'architecture', run: [bin.depcruise, 'src', 'test', 'tools'], budgetSeconds: 5 },
  { name: 'unit', run: [bin.jest, '--selectProjects', 'unit', '--coverage', '--maxWorkers=2'], budgetSeconds: 95 },
  { name: 'contract', run: [bin.jest, '--selectProjects', 'contract'], budgetSeconds: 10 },
  { name: 'database', run: [bin.jest, '--selectProjects', 'database', '--maxWorkers=2'], budgetSeconds: 45 },
  { name: 'e2e', run: [bin.jest, '--selectProjects', 'e2e'], budgetSeconds: 70 },
  { name: 'monitoring', run: [bin.jest, '--selectProjects', 'monitoring', '--maxWorkers=2'], budgetSeconds: 85 },
  { name: 'process', run: [bin.jest, '--selectProjects', 'process'], budgetSeconds: 55 },
  { name: 'pack', run: [bin.jest, '--selectProjects', 'pack'], budgetSeconds: 45 },
  { name: 'fork', run: [bin.jest, '--selectProjects', 'fork'], budgetSeconds: 135 },
];

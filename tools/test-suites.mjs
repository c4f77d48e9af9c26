import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isLibraryOfTheTemplate } from './library-record.cjs';

/**
 * The suites of `npm test`, in this order: what fails fastest comes first.
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly string[]} run arguments of `node`, from the root of the project
 * @property {number} cores that it uses most of the time: with two, nothing runs concurrently
 * @property {number} budgetSeconds on two cores, concurrently with another suite where it uses one. More is a warning,
 *   and in CI more than three times as much a failure
 * @property {readonly string[]} [quick] the same, where less is enough: without generated input
 * @property {string} [skipped] why it runs only when it is named
 */

const bin = {
  tsc: 'node_modules/typescript-native/bin/tsc',
  eslint: 'node_modules/eslint/bin/eslint.js',
  prettier: 'node_modules/prettier/bin/prettier.cjs',
  depcruise: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  jest: 'node_modules/jest/bin/jest.js',
};

/** Of all suites, in seconds on two cores. More is a warning. */
export const budgetSeconds = 900;

/** On your own server the suites share the databases that each creates: they run one after another. */
export const cores = process.env.TEST_DATABASE_URL ? 1 : Math.min(2, availableParallelism());

/** A service that was made from the template has no `maintainers`. */
const sources = ['src', 'development-database', 'test', 'tools', 'maintainers'].filter((folder) => existsSync(folder));

/** Of the library, in a service that has not changed it. */
const skipped = isLibraryOfTheTemplate(join(import.meta.dirname, '..'))
  ? { skipped: 'skipped: the library is that of the template' }
  : {};

/** @type {readonly Suite[]} */
export const suites = [
  {
    name: 'typecheck',
    run: [
      bin.tsc,
      '--noEmit',
      '--singleThreaded',
      '--incremental',
      '--tsBuildInfoFile',
      '.cache/typecheck.tsbuildinfo',
    ],
    cores: 1,
    budgetSeconds: 15,
  },
  { name: 'lint', run: [bin.eslint, '.'], cores: 1, budgetSeconds: 80 },
  {
    name: 'format',
    run: [bin.prettier, '--check', '--log-level', 'warn', '--cache', '--cache-location', '.cache/prettier', '.'],
    cores: 1,
    budgetSeconds: 35,
  },
  { name: 'architecture', run: [bin.depcruise, ...sources], cores: 1, budgetSeconds: 10 },
  { name: 'contract', run: [bin.jest, '--selectProjects', 'contract'], cores: 1, budgetSeconds: 15 },
  {
    name: 'library',
    run: [bin.jest, '--selectProjects', 'library', 'fuzz', '--coverage', '--maxWorkers=2'],
    quick: [bin.jest, '--selectProjects', 'library', '--maxWorkers=2'],
    cores: 1,
    budgetSeconds: 300,
    ...skipped,
  },
  { name: 'unit', run: [bin.jest, '--selectProjects', 'unit'], cores: 1, budgetSeconds: 25 },
  {
    name: 'library-database',
    run: [bin.jest, '--selectProjects', 'library-database', '--maxWorkers=2'],
    cores: 1,
    budgetSeconds: 120,
    ...skipped,
  },
  { name: 'database', run: [bin.jest, '--selectProjects', 'database', '--maxWorkers=2'], cores: 1, budgetSeconds: 140 },
  { name: 'e2e', run: [bin.jest, '--selectProjects', 'e2e'], cores: 1, budgetSeconds: 230 },
  {
    name: 'monitoring',
    run: [bin.jest, '--selectProjects', 'monitoring', '--maxWorkers=2'],
    cores: 1,
    budgetSeconds: 150,
  },
  { name: 'demo', run: [bin.jest, '--selectProjects', 'demo'], cores: 1, budgetSeconds: 40 },
  { name: 'process', run: [bin.jest, '--selectProjects', 'process'], cores: 1, budgetSeconds: 220 },
  {
    name: 'repository',
    run: [bin.jest, '--selectProjects', 'repository', '--maxWorkers=2'],
    cores: 1,
    budgetSeconds: 155,
  },
  {
    name: 'maintainers',
    run: [bin.jest, '--selectProjects', 'maintainers'],
    cores: 1,
    budgetSeconds: 110,
  },
  { name: 'pack', run: [bin.jest, '--selectProjects', 'pack'], cores: 1, budgetSeconds: 70, ...skipped },
];

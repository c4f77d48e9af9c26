import { parseArgs } from 'node:util';
import { runInLanes } from './run-tests/lanes.mjs';
import { summary } from './run-tests/summary.mjs';
import * as project from './test-suites.mjs';

/** @typedef {import('./test-suites.mjs').Suite} Suite */
/**
 * @typedef {object} Plan
 * @property {readonly Suite[]} suites
 * @property {number} budgetSeconds of all of them together
 * @property {number} cores that they may use at a time
 */

const usage = `Usage: node tools/run-tests.mjs [options]

Runs the suites of tools/test-suites.mjs, those that use one core beside each other, and stops at the first that fails.
In a service, the suites of the library run only if it is not as it came from the template, or if they are named.

  --only <names>  these suites only, separated by commas
  --quick         without generated input, and without coverage
  --serial        one after another
  --no-limit      fail no suite for its time, also where CI is set; elsewhere none fails for it
  --list          print the suites, the cores that they use and their budgets
  --help          print this`;

/** A mistake in the command line: one line says what it is. */
class UsageError extends Error {}

/**
 * @param {readonly Suite[]} suites
 * @param {string | undefined} names separated by commas
 * @returns {readonly Suite[]} in the order of the list, whatever the order of the names
 */
function select(suites, names) {
  if (names === undefined) return suites;
  const wanted = names.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = suites.map(({ name }) => name).join(', ');
    throw new UsageError(`no such suite: ${unknown.map((name) => `'${name}'`).join(', ')} (there are: ${known})`);
  }
  return suites.filter(({ name }) => wanted.includes(name));
}

/** @param {Suite} suite */
function described({ name, run, cores, budgetSeconds }) {
  return `${name}: node ${run.join(' ')} (${cores === 1 ? '1 core' : `${cores} cores`}, ${budgetSeconds} s)`;
}

/**
 * @param {Plan} plan
 * @param {string[]} args as on the command line
 * @returns {Promise<number>} the exit code: that of the suite that failed first, 2 for a mistake in the arguments
 */
export async function runTests({ suites, budgetSeconds, cores }, args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean' },
        serial: { type: 'boolean' },
        'no-limit': { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const given = values.quick ? suites.map((suite) => ({ ...suite, run: suite.quick ?? suite.run })) : suites;
    const selected = select(given, values.only);
    const run = values.only === undefined ? selected.filter(({ skipped }) => skipped === undefined) : selected;
    if (values.list) {
      for (const suite of selected) console.log(described(suite));
      return 0;
    }
    const startedAt = performance.now();
    const outcomes = await runInLanes(run, values.serial ? 1 : cores, {
      isLimited: Boolean(process.env.CI) && !values['no-limit'],
    });
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(summary(selected, outcomes, { seconds, budgetSeconds }));
    return outcomes.find(({ kind }) => kind === 'failed')?.exitCode ?? 0;
  } catch (error) {
    const isParseError =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!(error instanceof UsageError || isParseError)) throw error;
    console.error(`run-tests: ${error.message.split('\n')[0]}`);
    return 2;
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await runTests(project, process.argv.slice(2));

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { suites as projectSuites } from './test-suites.mjs';

/** @typedef {import('./test-suites.mjs').Suite} Suite */
/**
 * @typedef {object} Outcome
 * @property {Suite} suite
 * @property {number} seconds
 * @property {number} exitCode
 * @property {string} verdict
 */

const root = resolve(import.meta.dirname, '..');
const FAILS_BEYOND_BUDGETS = 3;
const GRACE_SECONDS = 10;
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** Groups of processes can be signalled everywhere but on Windows. */
const HAS_GROUPS = process.platform !== 'win32';

const usage = `Usage: node tools/run-tests.mjs [options]

Runs the suites of tools/test-suites.mjs one after another, and stops at the first that fails.

  --only <names>  these suites only, separated by commas
  --list          print the suites and their budgets
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

/**
 * @param {readonly (readonly [name: string, seconds: string, budget: string, rest: string])[]} rows
 * @returns {string} a line a row, text to the left and numbers to the right
 */
function table(rows) {
  const width = (/** @type {0 | 1 | 2} */ column) => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(([name, seconds, budget, rest]) => {
      const cells = [name.padEnd(width(0)), seconds.padStart(width(1)), budget.padStart(width(2)), rest];
      return cells.join('  ').trimEnd();
    })
    .join('\n');
}

/**
 * Runs a suite, its output being ours. It leads a process group of its own, so that one Ctrl-C reaches each of its
 * processes once: by us, and not by the terminal as well.
 *
 * @param {Suite} suite
 * @returns {Promise<Outcome>}
 */
function run(suite) {
  return new Promise((finish, reject) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, suite.run, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: HAS_GROUPS,
    });

    /** @param {NodeJS.Signals} signal */
    const signalSuite = (signal) => {
      try {
        if (HAS_GROUPS && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
      }
    };

    /** @type {NodeJS.Signals | undefined} */
    let interruptedBy;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      interruptedBy = signal;
      signalSuite(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);

    let tookTooLong = false;
    /** @type {NodeJS.Timeout | undefined} */
    let killer;
    const deadline = setTimeout(
      () => {
        tookTooLong = true;
        signalSuite('SIGTERM');
        killer = setTimeout(() => signalSuite('SIGKILL'), GRACE_SECONDS * 1000);
      },
      suite.budgetSeconds * FAILS_BEYOND_BUDGETS * 1000,
    );

    const cleanUp = () => {
      clearTimeout(deadline);
      clearTimeout(killer);
      for (const signal of FORWARDED) process.off(signal, forward);
    };
    child.once('error', (error) => {
      cleanUp();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      cleanUp();
      const seconds = (performance.now() - startedAt) / 1000;
      const outcome = { suite, seconds };
      const endedBy = interruptedBy ?? signal;
      if (tookTooLong)
        finish({ ...outcome, exitCode: 1, verdict: `failed: not done after ${FAILS_BEYOND_BUDGETS} times its budget` });
      else if (endedBy)
        finish({ ...outcome, exitCode: 128 + constants.signals[endedBy], verdict: `stopped by ${endedBy}` });
      else if (code === 0) finish({ ...outcome, exitCode: 0, verdict: 'passed' });
      else finish({ ...outcome, exitCode: code ?? 1, verdict: `failed: exit code ${code}` });
    });
  });
}

/**
 * @param {readonly Suite[]} selected
 * @param {readonly Outcome[]} outcomes of the first of them
 */
function summary(selected, outcomes) {
  const rows = selected.map(({ name, budgetSeconds }, index) => {
    const { seconds, verdict } = outcomes[index] ?? {};
    return /** @type {const} */ ([name, seconds?.toFixed(1) ?? '-', String(budgetSeconds), verdict ?? 'not run']);
  });
  const overBudget = outcomes
    .filter(({ exitCode, seconds, suite }) => exitCode === 0 && seconds > suite.budgetSeconds)
    .map(
      ({ seconds, suite }) =>
        `warning: ${suite.name} took ${seconds.toFixed(1)} s of the ${suite.budgetSeconds} s it may`,
    );
  const failed = outcomes.filter(({ exitCode }) => exitCode !== 0);
  return [
    '',
    table([['suite', 'seconds', 'budget', ''], ...rows]),
    ...overBudget,
    ...failed.map(({ suite, verdict }) => `${suite.name} ${verdict}`),
    `${outcomes.length - failed.length} passed, ${failed.length} failed`,
  ].join('\n');
}

/**
 * @param {readonly Suite[]} suites
 * @param {string[]} args as on the command line
 * @returns {Promise<number>} the exit code: that of the suite that failed, 2 for a mistake in the arguments
 */
export async function runTests(suites, args) {
  try {
    const { values } = parseArgs({
      args,
      options: { only: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const selected = select(suites, values.only);
    if (values.list) {
      for (const suite of selected)
        console.log(`${suite.name}: node ${suite.run.join(' ')} (${suite.budgetSeconds} s)`);
      return 0;
    }

    /** @type {Outcome[]} */
    const outcomes = [];
    for (const suite of selected) {
      console.log(`\n── ${suite.name}`);
      const outcome = await run(suite);
      outcomes.push(outcome);
      if (outcome.exitCode !== 0) break;
    }
    console.log(summary(selected, outcomes));
    return outcomes.at(-1)?.exitCode ?? 0;
  } catch (error) {
    const isParseError =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!(error instanceof UsageError || isParseError)) throw error;
    console.error(`run-tests: ${error.message.split('\n')[0]}`);
    return 2;
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await runTests(projectSuites, process.argv.slice(2));

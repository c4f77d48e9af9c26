import { SuiteProcess } from './suite-process.mjs';
import { Turns } from './turns.mjs';

/** @typedef {import('../test-suites.mjs').Suite} Suite */
/** @typedef {import('./suite-process.mjs').Outcome} Outcome */

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs suites concurrently, as far as there are cores. They start in the order of the list: none overtakes one that waits.
 * A suite that uses more cores than there are runs alone.
 *
 * @param {readonly Suite[]} suites
 * @param {number} cores
 * @param {{ isLimited: boolean }} options whether a suite far over its budget fails
 * @returns {Promise<readonly Outcome[]>} of the suites that started, in the order in which they ended. A failure stops
 *   the others, and after a signal no more suites start
 */
export async function runInLanes(suites, cores, { isLimited }) {
  const turns = new Turns();
  const waiting = [...suites];
  /** @type {Set<SuiteProcess>} */
  const running = new Set();
  /** @type {Outcome[]} */
  const outcomes = [];

  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    waiting.length = 0;
    for (const one of running) one.interrupt(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);

  const need = (/** @type {Suite} */ suite) => Math.min(suite.cores, cores);
  const free = () => [...running].reduce((left, { suite }) => left - need(suite), cores);
  for (;;) {
    while (waiting[0] && need(waiting[0]) <= free()) {
      const suite = /** @type {Suite} */ (waiting.shift());
      running.add(new SuiteProcess(suite, turns.open(suite.name), isLimited));
    }
    if (running.size === 0) break;
    const [ended, outcome] = await Promise.race(
      [...running].map(async (one) => /** @type {const} */ ([one, await one.outcome])),
    );
    running.delete(ended);
    outcomes.push(outcome);
    if (outcome.kind === 'failed') {
      waiting.length = 0;
      if (outcomes.filter(({ kind }) => kind === 'failed').length === 1)
        for (const one of running) one.stopFor(outcome.suite);
    }
  }
  for (const signal of FORWARDED) process.off(signal, forward);
  return outcomes;
}

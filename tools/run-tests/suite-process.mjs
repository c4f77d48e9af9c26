import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** @typedef {import('../test-suites.mjs').Suite} Suite */
/** @typedef {import('./turns.mjs').Turn} Turn */
/** @typedef {{ code?: number | null, signal?: NodeJS.Signals | null, error?: Error }} Ending */
/**
 * @typedef {object} Outcome
 * @property {Suite} suite
 * @property {number} seconds
 * @property {'passed' | 'failed' | 'stopped'} kind
 * @property {number} exitCode of the whole run, if this outcome decides it
 * @property {string} verdict
 */

const root = resolve(import.meta.dirname, '../..');
const MAX_BUDGETS = 3;
const GRACE_MS = 10_000;
const POLL_MS = 20;
/** Windows cannot signal a group of processes. */
const HAS_GROUPS = process.platform !== 'win32';

/**
 * A running suite. It leads its own process group, so that each of its processes gets Ctrl-C once: from us, and not from
 * the terminal as well.
 */
export class SuiteProcess {
  #startedAt = performance.now();
  #child;
  /** @type {NodeJS.Signals | undefined} */
  #interruptedBy;
  /** @type {Suite | undefined} */
  #stoppedFor;
  #tookTooLong = false;
  /** @type {NodeJS.Timeout | undefined} */
  #killer;

  /**
   * @param {Suite} suite
   * @param {Turn} turn gets the output
   * @param {boolean} isLimited whether a suite far over its budget fails
   */
  constructor(suite, turn, isLimited) {
    this.suite = suite;
    this.#child = spawn(process.execPath, suite.run, {
      cwd: root,
      env: turn.environment,
      stdio: ['ignore', turn.stdio, turn.stdio],
      detached: HAS_GROUPS,
    });
    for (const name of /** @type {const} */ (['stdout', 'stderr']))
      this.#child[name]?.on('data', (/** @type {Buffer} */ chunk) => turn.write(name, chunk));
    /** @type {Promise<Outcome>} settles when the processes of the suite have ended and its output is written */
    this.outcome = this.#finish(turn, isLimited);
  }

  /** Forwards a signal that this process got. @param {NodeJS.Signals} signal */
  interrupt(signal) {
    if (this.#hasExited) return;
    this.#interruptedBy = signal;
    this.#signal(signal);
  }

  /** Ends it because another suite failed. @param {Suite} failed */
  stopFor(failed) {
    if (this.#hasExited || this.#interruptedBy) return;
    this.#stoppedFor = failed;
    this.#end();
  }

  get #hasExited() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #end() {
    this.#signal('SIGTERM');
    this.#killer ??= setTimeout(() => this.#signal('SIGKILL'), GRACE_MS);
  }

  /**
   * @param {NodeJS.Signals | 0} signal
   * @returns {boolean} whether there was a process to signal
   */
  #signal(signal) {
    try {
      if (!HAS_GROUPS) return this.#child.kill(signal);
      return this.#child.pid !== undefined && process.kill(-this.#child.pid, signal);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
      return false;
    }
  }

  /**
   * @param {Turn} turn
   * @param {boolean} isLimited
   */
  async #finish(turn, isLimited) {
    const tooLong = () => {
      this.#tookTooLong = true;
      this.#end();
    };
    const limitMs = this.suite.budgetSeconds * MAX_BUDGETS * 1000;
    const deadline = isLimited ? setTimeout(tooLong, limitMs) : undefined;
    const ending = await this.#exit();
    clearTimeout(deadline);
    if (this.#interruptedBy || this.#stoppedFor || this.#tookTooLong) await this.#untilGroupIsGone();
    clearTimeout(this.#killer);
    turn.close();
    return { suite: this.suite, seconds: (performance.now() - this.#startedAt) / 1000, ...this.#verdict(ending) };
  }

  /** @returns {Promise<Ending>} */
  #exit() {
    return new Promise((ended) => {
      this.#child.once('error', (error) => ended({ error }));
      this.#child.once('exit', (code, signal) => {
        // All output has been read by then, unless a process that it started keeps the pipe open.
        this.#child.once('close', () => ended({ code, signal }));
        setTimeout(() => {
          this.#child.stdout?.destroy();
          this.#child.stderr?.destroy();
        }, GRACE_MS).unref();
      });
    });
  }

  /** Its child processes get the same signals, and may need time as well. */
  async #untilGroupIsGone() {
    const deadline = performance.now() + GRACE_MS;
    while (HAS_GROUPS && this.#signal(0) && performance.now() < deadline) await delay(POLL_MS);
    if (HAS_GROUPS) this.#signal('SIGKILL');
  }

  /**
   * @param {Ending} ending
   * @returns {Pick<Outcome, 'kind' | 'exitCode' | 'verdict'>}
   */
  #verdict({ code, signal, error }) {
    const endedBy = this.#interruptedBy ?? signal;
    if (error) return { kind: 'failed', exitCode: 1, verdict: `failed: ${error.message}` };
    if (this.#tookTooLong)
      return {
        kind: 'failed',
        exitCode: 1,
        verdict: `failed: not finished after ${MAX_BUDGETS} times its budget`,
      };
    if (this.#stoppedFor) return { kind: 'stopped', exitCode: 1, verdict: `stopped: ${this.#stoppedFor.name} failed` };
    if (endedBy)
      return { kind: 'failed', exitCode: 128 + constants.signals[endedBy], verdict: `stopped by ${endedBy}` };
    if (code === 0) return { kind: 'passed', exitCode: 0, verdict: 'passed' };
    return { kind: 'failed', exitCode: code ?? 1, verdict: `failed: exit code ${code}` };
  }
}

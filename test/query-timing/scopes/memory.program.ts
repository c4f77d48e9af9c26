import { setTimeout as delay } from 'node:timers/promises';
import { installQueryTiming, runInScope } from '../../../src/query-timing/core';
import { recordingLogger } from '../support/recording-logger';
import { deferred, initializedStub } from '../support/stub-postgres';

/** Run it with `--expose-gc`, and nothing else in the process: what tests keep or compile would be measured too. */

/** More than a unit of work distinguishes. */
const STATEMENTS = 40;
/** Units whose statements are all recognised, although no other one has them, and the time until as many are again. */
const BURST = 100;
const REFILL_MS = 2000;

interface Case {
  readonly statement: (scope: number, i: number) => string;
  /** The statements are new in each unit, so they are recognised at a bounded rate. */
  readonly isNew: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  'statements that all of them have in common': { statement: (_, i) => `SELECT a${i} FROM b`, isNew: false },
  'long statements that no other one has': {
    statement: (scope, i) => `SELECT a${scope}_${i} FROM ${'b'.repeat(2000)}`,
    isNew: true,
  },
  'statements that differ by their values': {
    statement: (scope, i) => `SELECT a FROM b WHERE c = ${scope * STATEMENTS + i}`,
    isNew: false,
  },
};

async function heap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc!();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes of one unit of work that is open, with the promises of its work. */
async function measure({ statement, isNew }: Case): Promise<number> {
  const dataSource = await initializedStub();
  const logger = recordingLogger();
  const timing = installQueryTiming(dataSource, { scopes: true, slowQueryThresholdMs: 600_000, logger });
  const [subscriber] = dataSource.subscribers;
  const gate = deferred();
  const all: unknown[] = [];
  const open = () =>
    runInScope('job', () => {
      for (let i = 0; i < STATEMENTS; i++) {
        const event = { queryRunner: {}, query: Buffer.from(statement(all.length, i)).toString(), success: true };
        void subscriber!.beforeQuery!(event as never);
        void subscriber!.afterQuery!(event as never);
      }
      return gate.promise;
    });
  const openSeveral = async (groups: number): Promise<void> => {
    for (let group = 0; group < groups; group++) {
      for (let i = 0; i < BURST; i++) all.push(open());
      if (isNew) await delay(REFILL_MS);
    }
  };
  // What the process needs once: caches, compiled code, and what waits for the end.
  await openSeveral(isNew ? 1 : 10);
  const before = await heap();
  const warm = all.length;
  await openSeveral(isNew ? 3 : 10);
  const bytes = ((await heap()) - before) / (all.length - warm);
  gate.resolve();
  await Promise.all(all);
  timing.uninstall();
  await dataSource.destroy();
  return bytes;
}

void (async () => {
  const measured: Record<string, number> = {};
  for (const [name, one] of Object.entries(CASES)) measured[name] = await measure(one);
  console.log(JSON.stringify(measured));
})();

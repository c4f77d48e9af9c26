import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runInScope } from '../../../src/query-timing/core';
import { timed } from '../support/timed';
import { deferred } from '../support/stub-postgres';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const aMoment = () => new Promise((resolve) => setImmediate(resolve));

function heap(): number {
  for (let i = 0; i < 4; i++) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const SCOPES = 1000;

describe('the memory of a unit of work', () => {
  it.each([
    ['40 statements that all of them have in common', (_: number, i: number) => `SELECT a${i} FROM b`],
    [
      'long statements that no other one has',
      (scope: number, i: number) => `SELECT a${scope}_${i} FROM ${'b'.repeat(2000)}`,
    ],
    [
      'statements that differ by their values',
      (scope: number, i: number) => `SELECT a FROM b WHERE c = ${scope * 100 + i}`,
    ],
  ])(
    'is at most 8 KB after %s, whatever else the process keeps',
    async (_, statement) => {
      const { dataSource, timing } = await timed({ scopes: true, slowQueryThresholdMs: 60_000 });
      const [subscriber] = dataSource.subscribers;
      const run = (query: string) => {
        const event = { queryRunner: {}, query, success: true };
        void subscriber!.beforeQuery!(event as never);
        void subscriber!.afterQuery!(event as never);
      };
      const measures: number[] = [];
      // Several times: what the process compiles or keeps once is no part of a unit of work.
      for (let round = 0; round < 3; round++) {
        const gate = deferred();
        /** Everything that does not belong to one of them: caches, and what waits for the end. */
        const open = (scope: number, statements: number) =>
          runInScope(`job ${scope}`, () => {
            for (let i = 0; i < statements; i++) run(Buffer.from(statement(round * SCOPES + scope, i)).toString());
            return gate.promise;
          });
        const all = Array.from({ length: SCOPES }, (__, scope) => open(3 * SCOPES + scope, 0));
        await aMoment();
        const before = heap();
        for (let i = 0; i < SCOPES; i++) all.push(open(i, 40));
        await aMoment();
        measures.push((heap() - before) / SCOPES);
        gate.resolve();
        await Promise.all(all);
      }
      timing.uninstall();
      expect(Math.min(...measures)).toBeLessThan(8192);
    },
    120_000,
  );

  it('is free again after its end, with the object of the application on which it hangs', async () => {
    let context: object | undefined;
    const store = { get: () => context };
    const { dataSource, timing } = await timed({ scopes: { store } });
    const runAndForget = async () => {
      context = {};
      await runInScope('request', () => dataSource.query('SELECT 1'));
      await dataSource.query('SELECT 2');
      const released = new WeakRef(context);
      context = undefined;
      return released;
    };
    const released = await runAndForget();
    await aMoment();
    collectGarbage();
    expect(released.deref()).toBeUndefined();
    timing.uninstall();
  });
});

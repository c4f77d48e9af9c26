import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runInScope } from '../../../src/query-timing/core';
import { timed } from '../support/timed';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const aMoment = () => new Promise((resolve) => setImmediate(resolve));

const PROGRAM = 'test/query-timing/scopes/memory.program.ts';

describe('a unit of work', () => {
  it('takes at most 4 KB of memory, whatever its statements are', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--require', 'tsx/cjs', PROGRAM]);
    const measured = Object.entries(JSON.parse(stdout) as Record<string, number>);
    expect(measured).toHaveLength(3);
    expect(measured.filter(([, bytes]) => bytes > 4096)).toEqual([]);
  }, 120_000);

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

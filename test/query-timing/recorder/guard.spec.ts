import { Guard } from '../../../src/query-timing/recorder/guard';
import { InternalFaults, INTERNAL_PARTS } from '../../../src/query-timing/recorder/internal-faults';

const MINUTE = 60_000;

function guarded(name?: string) {
  const lines: Record<string, unknown>[] = [];
  let now = 0;
  const faults = new InternalFaults(
    (message, fields) => void lines.push({ message, ...fields }),
    () => now,
  );
  const guard = new Guard('sink', faults, name);
  const fail = (times: number, at = 0) => {
    for (let i = 0; i < times; i++) guard.failed(new Error('sabotage'), at);
  };
  return { guard, faults, lines, fail, setTime: (ms: number) => void (now = ms) };
}

const states = (lines: readonly Record<string, unknown>[]) => lines.flatMap(({ state }) => (state ? [state] : []));

describe('a guarded part', () => {
  it('stays on when it fails once in a while, however often', () => {
    const { guard, lines, fail } = guarded();
    for (let i = 0; i < 1000; i++) {
      fail(9);
      guard.succeeded();
    }
    expect(guard.admits(0)).toBe(true);
    expect(states(lines)).toEqual([]);
  });

  it('is off after ten faults in a row, for a minute, and is then tried again', () => {
    const { guard, fail } = guarded();
    fail(9);
    expect(guard.admits(0)).toBe(true);
    fail(1);
    expect(guard.admits(1)).toBe(false);
    expect(guard.admits(MINUTE - 1)).toBe(false);
    expect(guard.admits(MINUTE)).toBe(true);
  });

  it('is off for another minute when the one attempt fails, which is not logged again', () => {
    const { guard, lines, fail } = guarded();
    fail(10);
    fail(1, MINUTE);
    expect(guard.admits(2 * MINUTE - 1)).toBe(false);
    expect(guard.admits(2 * MINUTE)).toBe(true);
    expect(states(lines)).toEqual(['off']);
  });

  it('is on again when the attempt succeeds, which is logged with what was skipped', () => {
    const { guard, lines, fail } = guarded('ByTable');
    fail(10);
    guard.admits(1);
    guard.admits(2);
    expect(guard.admits(MINUTE)).toBe(true);
    guard.succeeded();
    expect(guard.admits(MINUTE)).toBe(true);
    expect(lines.slice(1)).toEqual([
      {
        message: 'Query timing: sink ByTable failed 10 times in a row and is off for a minute.',
        part: 'sink',
        name: 'ByTable',
        state: 'off',
      },
      {
        message: 'Query timing: sink ByTable is on again; 2 calls were skipped.',
        part: 'sink',
        name: 'ByTable',
        state: 'on',
        skipped: 2,
      },
    ]);
    fail(9, MINUTE);
    expect(guard.admits(MINUTE)).toBe(true);
  });

  it('has failed when the promise that it returned rejects', async () => {
    const { guard, faults, lines } = guarded();
    for (let i = 0; i < 10; i++) guard.settled(Promise.reject(new Error('sabotage')));
    await new Promise(setImmediate);
    expect(faults.total).toBe(10);
    expect(states(lines)).toEqual(['off']);
    guard.settled(Promise.resolve());
    await new Promise(setImmediate);
    expect(states(lines)).toEqual(['off', 'on']);
  });

  it('is replaced by another value while it fails or is off', () => {
    const { guard } = guarded();
    const fail = jest.fn((): number => {
      throw new Error('sabotage');
    });
    for (let i = 0; i < 20; i++) expect(guard.run(fail, -1)).toBe(-1);
    expect(fail).toHaveBeenCalledTimes(10);
  });
});

describe('an internal error', () => {
  it('is logged once per part and minute, and each is counted', () => {
    const { faults, lines, setTime } = guarded();
    for (let i = 0; i < 5; i++) faults.add('metrics', new TypeError('secret'));
    faults.add('context', 'secret');
    setTime(MINUTE);
    faults.add('metrics', Object.assign(new Error('secret'), { code: 'EPIPE' }));
    expect(lines).toEqual([
      {
        message: 'Internal error of the query timing (metrics). No query is affected.',
        part: 'metrics',
        errors: 1,
        error_type: 'TypeError',
        thrown_at: expect.stringMatching(/guard\.spec\.ts:\d+:\d+\)$/),
      },
      {
        message: 'Internal error of the query timing (context). No query is affected.',
        part: 'context',
        errors: 1,
        error_type: 'string',
      },
      expect.objectContaining({ part: 'metrics', errors: 5, error_type: 'Error', error_code: 'EPIPE' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(faults.counts[INTERNAL_PARTS.indexOf('metrics')]).toBe(6);
    expect(faults.total).toBe(7);
  });

  it.each<[string, unknown]>([
    ['whose message looks like a stack', new Error('Key (a)=(secret)\n    at secret (/secret.js:1:2)')],
    ['whose name is not one', Object.assign(new Error('secret'), { name: 'secret: value of a column' })],
    ['whose code is not one', Object.assign(new Error('secret'), { code: 'secret value' })],
    [
      'whose message was replaced',
      Object.assign(new Error('secret\n    at secret (/secret.js:1:2)'), { message: 'b' }),
    ],
    ['without a message', Object.assign(new Error('secret'), { message: undefined })],
    ['that is text', 'secret'],
    [
      'that cannot be read',
      new Proxy(new Error('secret'), {
        get: () => {
          throw new Error('secret');
        },
      }),
    ],
  ])('is logged without values: an error %s', (_, error) => {
    const { faults, lines } = guarded();
    faults.add('sink', error);
    expect(lines).toEqual([expect.objectContaining({ error_type: expect.any(String) })]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});

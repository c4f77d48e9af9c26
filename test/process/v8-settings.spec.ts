import { execFileSync, spawnSync } from 'node:child_process';

const flagsBeforeTheService = [
  '--max-inlined-bytecode-size-cumulative=4000',
  '--max-inlined-bytecode-size=920',
  '--max-valid-polymorphic-map-count=16',
  '--semi-space-growth-factor=1',
  '--no-allocation-site-pretenuring',
  '--heap-growing-percent=60',
];

/**
 * Starts the built service with a configuration that it refuses, where it ends.
 * @returns one line per V8 flag that was set until then
 */
function flagsSetBy(environment: Readonly<Record<string, string>>): string[] {
  const script = `
    const v8 = require('node:v8');
    const set = v8.setFlagsFromString;
    v8.setFlagsFromString = (flag) => { console.log(flag, 'reflect-metadata loaded:', 'metadata' in Reflect); set(flag); };
    require('./dist/main.js');
  `;
  const env = { PORT: 'nonsense', ...environment };
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env });
  expect(stderr).toContain('PORT is not a whole number');
  return stdout.split('\n').filter(Boolean);
}

describe('the V8 flags', () => {
  it.each<Record<string, string>>([{}, { V8_TUNING: 'false' }])('are left alone with %j', (environment) => {
    expect(flagsSetBy(environment)).toEqual([]);
  });

  it('are set before the service is loaded with V8_TUNING=true', () => {
    expect(flagsSetBy({ V8_TUNING: 'true' })).toEqual(
      flagsBeforeTheService.map((flag) => `${flag} reflect-metadata loaded: false`),
    );
  });

  // Node prints a warning for an unknown flag and goes on, so a misspelled or removed one would be lost.
  it('are known to this version of Node', () => {
    const script = `require('./dist/v8-settings.js').settleHeap()`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

/** Settles the heap of an idle process: prints the full collections during the call and until the next tick. */
const settling = `
  const { GCProfiler } = require('node:v8');
  const { settleHeap } = require('./dist/v8-settings.js');
  const fullCollections = (profiler) =>
    profiler.stop().statistics.filter(({ gcType }) => gcType === 'MarkSweepCompact').length;
  const watch = () => { const profiler = new GCProfiler(); profiler.start(); return profiler; };
  setImmediate(() => {
    const duringTheCall = watch();
    settleHeap();
    const collectedDuringTheCall = fullCollections(duringTheCall);
    const inTheTick = watch();
    process.nextTick(() => console.log(JSON.stringify([collectedDuringTheCall, fullCollections(inTheTick)])));
  });
`;

it('the heap is collected inside a tick, never between ticks', () => {
  const printed = execFileSync(process.execPath, ['-e', settling], { encoding: 'utf8' });
  const [duringTheCall, inTheTick] = JSON.parse(printed) as [number, number];
  expect(duringTheCall).toBe(0);
  expect(inTheTick).toBeGreaterThan(0);
});

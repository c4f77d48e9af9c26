import { execFileSync } from 'node:child_process';

/** Asks for the heap to be tidied, with nothing on the way: prints how many full collections came at once, and by the next tick. */
const script = `
  const { GCProfiler } = require('node:v8');
  const { settleHeap } = require('./dist/heap.js');
  const whole = (profiler) => profiler.stop().statistics.filter(({ gcType }) => gcType === 'MarkSweepCompact').length;
  const watch = () => { const profiler = new GCProfiler(); profiler.start(); return profiler; };
  setImmediate(() => {
    const atOnce = watch();
    settleHeap();
    const collectedAtOnce = whole(atOnce);
    const inTheTick = watch();
    process.nextTick(() => console.log(JSON.stringify([collectedAtOnce, whole(inTheTick)])));
  });
`;

// Collected while no tick is alive, the ticks of every request stay slow: src/heap.ts.
it('the heap is tidied inside a tick', () => {
  const printed = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const [atOnce, inTheTick] = JSON.parse(printed) as [number, number];
  expect(atOnce).toBe(0);
  expect(inTheTick).toBeGreaterThan(0);
});

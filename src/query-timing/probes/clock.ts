import { performance } from 'node:perf_hooks';

/**
 * Milliseconds of a monotonic clock, with a resolution of microseconds. Bound when the module is loaded, so that a
 * test's fake timers do not affect it.
 */
export const monotonicNow: () => number = performance.now.bind(performance);

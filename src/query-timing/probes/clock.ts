import { performance } from 'node:perf_hooks';

/**
 * Milliseconds of a clock that never steps back, with microseconds behind the point. Bound when the module is loaded,
 * so that fake timers of a test do not reach it.
 */
export const monotonicNow: () => number = performance.now.bind(performance);

import { performance } from 'node:perf_hooks';

/*
 * Every global that the library uses and that tests replace, with fake timers for example: bound when this module is
 * loaded, so that a replacement does not affect the library. The lint refuses them everywhere else.
 */

/** Milliseconds of a monotonic clock, with a resolution of microseconds. */
export const monotonicNow: () => number = performance.now.bind(performance);

/** Milliseconds since 1970. The system clock can step: it is for time stamps, never for durations. */
export const wallClockNow: () => number = Date.now.bind(Date);

/** Calls a function when the current turn of the event loop is over. */
export const soon: (task: () => void) => void = setImmediate.bind(globalThis);

const systemInterval: (task: () => void, ms: number) => { unref(): unknown } = setInterval.bind(globalThis);
const clearSystemInterval = clearInterval.bind(globalThis);

/** Calls a function again and again, without keeping the process alive. @returns the function that ends it */
export function every(ms: number, task: () => void): () => void {
  const timer = systemInterval(task, ms);
  timer.unref();
  return () => clearSystemInterval(timer as NodeJS.Timeout);
}

/** Calls a function after some time, if the process is still running then: it does not keep the process alive. */
export const later: (task: () => void, ms: number) => NodeJS.Timeout = (task, ms) => setTimer(task, ms).unref();
const setTimer = setTimeout.bind(globalThis);
export const cancelLater: (timer: NodeJS.Timeout | undefined) => void = clearTimeout.bind(globalThis);

const SystemDate = Date;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the date as this
const { getTime } = Date.prototype;

/** Milliseconds since 1970 of a date, without calling a method that it overrides; NaN if it is invalid. */
export const epochOf = (date: Date): number => getTime.call(date);

/** A time of the system clock in ISO 8601; the current one by default. */
export const isoTime = (epochMilliseconds: number = wallClockNow()): string =>
  new SystemDate(epochMilliseconds).toISOString();

/** `JSON` as it was when this module was loaded. */
export const { stringify: toJson, parse: fromJson } = JSON;

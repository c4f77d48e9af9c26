import { clock } from './format';

const HALF_A_DAY = 12 * 3_600_000;

/** The clock of the browser may be another one. */
let now = 0;

/** @param time of the last message */
export function setServerTime(time: number): void {
  now = time;
}

/** `14:02:09`, and with the day if it is long ago: `28 Nov 14:02:09`. */
export function moment(time: number): string {
  if (now - time < HALF_A_DAY) return clock(time);
  const day = new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return `${day} ${clock(time)}`;
}

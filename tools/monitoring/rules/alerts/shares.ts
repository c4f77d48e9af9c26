import { percent } from '../../objectives';
import { JOB } from '../promql';

/** Statements per second; 12 a minute. Below this, a share says little. */
export const MIN_RATE = 0.2;

export const busy = (rate = 'namespace_job:db_queries:rate5m', guard = MIN_RATE): string =>
  `and on (${JOB}) ${rate} > ${guard}`;

/**
 * Above a threshold over five minutes, and above half of it over the last two: a hiccup of a minute is above the first for
 * five minutes, so `for` alone would not ignore it.
 */
export const lasting = (recording: string, threshold: number): string =>
  `${recording}5m > ${threshold}\nand on (${JOB}) ${recording}2m > ${threshold / 2}`;

export const percentOf = (threshold: number): string => percent(threshold);

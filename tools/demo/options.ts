import { InvalidArgumentError } from 'commander';
import { wholeNumber } from '../command-line';
import { greatestSlowRatio, requestsPerRound, statementsPerRound } from './mix';

const MOST_QUERIES = 10_000_000;
/** Beyond it the lock_timeout of the service, 2 s unless changed, would end what is to be slow. */
const GREATEST_THRESHOLD_MS = 1_000;

export interface Options {
  readonly queries: number;
  readonly slowRatio: number;
  readonly concurrency: number;
  /** Milliseconds. */
  readonly slowThreshold: number;
  readonly faults?: boolean;
  readonly url?: string;
  readonly managementUrl?: string;
  readonly databaseUrl?: string;
  readonly token?: string;
}

export const queriesOf = wholeNumber(1, MOST_QUERIES);
export const concurrencyOf = wholeNumber(1, 64);
export const thresholdOf = wholeNumber(1, GREATEST_THRESHOLD_MS);

export function slowRatioOf(text: string): number {
  const ratio = /^(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (!(ratio >= 0 && ratio <= 1)) throw new InvalidArgumentError('Expected a number from 0 to 1.');
  const greatest = Math.floor(greatestSlowRatio * 100) / 100;
  if (ratio > greatest) {
    throw new InvalidArgumentError(
      `The greatest share is ${greatest}: ${requestsPerRound} requests of the mix make ${statementsPerRound} statements, and of ` +
        'each request one can be made to wait for a lock.',
    );
  }
  return ratio;
}

export function urlOf(...protocols: readonly string[]): (text: string) => string {
  return (text) => {
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
    throw new InvalidArgumentError(
      `Expected a URL that starts with ${protocols.map((name) => `${name}//`).join(' or ')}.`,
    );
  };
}

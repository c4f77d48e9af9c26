import type { Step } from './steps';
import type { Gain } from './series';

export interface Counted {
  readonly step: Step;
  /** Sorted. */
  readonly statuses: readonly number[];
  readonly gains: readonly Gain[];
}

const hasExpectedStatus = ({ step, statuses }: Counted): boolean => String(statuses) === String(step.statuses);

/** Whether the statuses and the increases are the expected ones. */
export function isCounted(counted: Counted): boolean {
  return hasExpectedStatus(counted) && counted.gains.every(({ gained, expected }) => gained === expected);
}

/** Each step with its response, followed by one line per series that had to increase. */
export function faultsTable(all: readonly Counted[]): string {
  const width = Math.max(...all.flatMap(({ gains }) => gains.map(({ series }) => series.length)));
  return all
    .map((counted) => {
      const { step, statuses, gains } = counted;
      const responded = `responded ${statuses.join(', ')}${hasExpectedStatus(counted) ? '' : `  <- expected ${step.statuses.join(', ')}`}`;
      const lines = gains.map(({ series, gained, expected }) => {
        const mark = gained === expected ? '' : `  <- expected +${expected}`;
        return `    ${series.padEnd(width)}  +${gained}${mark}`;
      });
      return [`${step.name}: ${step.what}`, `    ${responded}`, ...lines].join('\n');
    })
    .join('\n');
}

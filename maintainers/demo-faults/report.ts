import type { Act } from './acts';
import type { Gain } from './series';

export interface Played {
  readonly act: Act;
  /** Sorted. */
  readonly statuses: readonly number[];
  readonly gains: readonly Gain[];
}

const isAnswered = ({ act, statuses }: Played): boolean => String(statuses) === String(act.statuses);

/** Whether the service answered as it must, and every series gained what it must. */
export function isCounted(played: Played): boolean {
  return isAnswered(played) && played.gains.every(({ gained, expected }) => gained === expected);
}

/** What was done, how the service answered, and below it a line for each series that had to gain by it. */
export function faultsTable(all: readonly Played[]): string {
  const width = Math.max(...all.flatMap(({ gains }) => gains.map(({ series }) => series.length)));
  return all
    .map((played) => {
      const { act, statuses, gains } = played;
      const answered = `answered ${statuses.join(', ')}${isAnswered(played) ? '' : `  <- expected ${act.statuses.join(', ')}`}`;
      const lines = gains.map(({ series, gained, expected }) => {
        const mark = gained === expected ? '' : `  <- expected +${expected}`;
        return `    ${series.padEnd(width)}  +${gained}${mark}`;
      });
      return [`${act.name}: ${act.what}`, `    ${answered}`, ...lines].join('\n');
    })
    .join('\n');
}

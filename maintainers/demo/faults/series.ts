import { request } from 'undici';

/** Values by series: name and labels as in the exposition. */
export type Series = ReadonlyMap<string, number>;

/** Series that count failures: each increases only by what a step expects. */
const failures =
  /^db_(?:query_errors_total|query_timeouts_total|pool_acquire_timeouts_total|pool_acquire_failures_total)\b/;

export async function readSeries(metricsUrl: string): Promise<Series> {
  const { body } = await request(new URL('/metrics', metricsUrl));
  const lines = (await body.text()).split('\n').filter((line) => line.startsWith('db_'));
  return new Map(
    lines.map((line): [string, number] => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** The increase of each series that a step expects to change, or that counts failures. */
export interface Gain {
  readonly series: string;
  readonly gained: number;
  readonly expected: number;
}

export function gains(before: Series, after: Series, expected: Readonly<Record<string, number>>): Gain[] {
  const gained = (series: string): number => (after.get(series) ?? 0) - (before.get(series) ?? 0);
  const unexpected = [...after.keys()].filter(
    (series) => failures.test(series) && !(series in expected) && gained(series) !== 0,
  );
  return [
    ...Object.entries(expected).map(([series, count]) => ({ series, gained: gained(series), expected: count })),
    ...unexpected.map((series) => ({ series, gained: gained(series), expected: 0 })),
  ];
}

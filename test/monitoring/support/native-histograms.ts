import type { RuleTestFile } from './reduced-rules';

interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** A part of the values of a series: a counter that begins at `start` and grows this many times more. */
interface Counter {
  readonly start: number;
  readonly growth: number;
  readonly more: number;
}
/** Or missing samples, as they are written. */
type Part = string | Counter;

/** The parts of the classic series of one histogram. */
interface Family {
  readonly name: string;
  readonly labels: string;
  /** By upper bound, in any order; the counts include those of the lower bounds. */
  readonly buckets: Map<number, readonly Part[]>;
  count?: readonly Part[];
  sum?: readonly Part[];
}

const SERIES = /^(\w+)_(bucket|count|sum)\{(.*)\}$/;
const BOUND = /,?le="([^"]*)"/;

/** Its condition is that a classic histogram lacks something. */
const OF_CLASSIC = ['LatencyBucketMissing'];
/** In a range of days, native histograms are more samples than promtool loads. */
const TOO_LONG = /-days-tests\.yml$/;

/** @param file of the tests */
export const hasNativeTests = (alert: string, file: string): boolean =>
  !OF_CLASSIC.includes(alert) && !TOO_LONG.test(file);

/** The same tests, of a Prometheus that scrapes classic histograms as native ones. */
export const asNativeTests = (file: RuleTestFile): RuleTestFile => ({
  ...file,
  tests: file.tests.map((test) => ({ ...test, input_series: withNativeHistograms(test.input_series ?? []) })),
});

/**
 * The input of a rule test as Prometheus has it that scrapes classic histograms as native ones: each histogram is one series,
 * in promtool's notation for custom buckets. Other series are unchanged.
 */
export function withNativeHistograms(input: readonly InputSeries[]): InputSeries[] {
  const families = new Map<string, Family>();
  const others: InputSeries[] = [];
  for (const one of input) {
    const [, name, kind, labels] = SERIES.exec(one.series) ?? [];
    if (name === undefined) {
      others.push(one);
      continue;
    }
    const own = labels!.replace(BOUND, '').replace(/^,/, '');
    const key = `${name}{${own}}`;
    const family = families.get(key) ?? { name, labels: own, buckets: new Map<number, readonly Part[]>() };
    families.set(key, family);
    const parts = partsOf(one.values);
    if (kind === 'bucket') family.buckets.set(Number(BOUND.exec(labels!)![1]!.replace('+Inf', 'Infinity')), parts);
    else family[kind as 'count' | 'sum'] = parts;
  }
  return [...others, ...[...families.values()].map(nativeSeries)];
}

function partsOf(values: string): Part[] {
  return values.split(' ').map((part) => {
    const [, start, growth = '0', more = '0'] = /^([\d.e+-]+?)(?:\+([\d.e-]+))?(?:x(\d+))?$/.exec(part) ?? [];
    return start === undefined ? part : { start: Number(start), growth: Number(growth), more: Number(more) };
  });
}

function nativeSeries({ name, labels, buckets, count, sum }: Family): InputSeries {
  const bounds = [...buckets.keys()].filter(Number.isFinite).sort((a, b) => a - b);
  const all = buckets.get(Infinity) ?? count ?? buckets.get(bounds.at(-1)!)!;
  const cumulative = [...bounds.map((bound) => buckets.get(bound)!), all];
  const [totals, sums] = [new Totals(cumulative.length), new Totals(1)];
  const text = (counts: readonly number[], [total]: readonly number[]): string => {
    const all = `count:${plain(counts.reduce((one, other) => one + other, 0))} sum:${plain(total!)}`;
    return bounds.length > 0
      ? `{{schema:-53 ${all} custom_values:[${bounds.join(' ')}] buckets:[${counts.map(plain).join(' ')}]}}`
      : `{{schema:0 ${all} z_bucket:${plain(counts[0]!)}}}`;
  };
  const values = all.map((part, index) => {
    if (typeof part === 'string') return part;
    const counts = totals.next(cumulative.map((parts) => parts[index] as Counter));
    const total = sums.next([(sum ?? all)[index] as Counter]);
    const start = text(counts.start, total.start);
    return part.more === 0 ? start : `${start}+${text(counts.growth, total.growth)}x${part.more}`;
  });
  return { series: `${name}{${labels}}`, values: values.join(' ') };
}

const plain = (value: number): string => String(Number(value.toPrecision(12)));

/** The counts of the buckets, which are not cumulative. */
class Totals {
  private values: readonly number[];
  /** Of the classic series. */
  private ends: readonly number[];

  constructor(size: number) {
    this.values = this.ends = Array.from({ length: size }, () => 0);
  }

  next(parts: readonly Counter[]): { readonly start: readonly number[]; readonly growth: readonly number[] } {
    if (parts.at(-1)!.start < this.ends.at(-1)!) this.values = this.ends = parts.map(() => 0);
    const since = differences(parts.map(({ start }, index) => start - this.ends[index]!));
    const start = this.values.map((value, index) => notLess(value + Math.max(0, since[index]!)));
    const growth = differences(parts.map((part) => part.growth));
    this.values = start.map((value, index) => value + growth[index]! * parts[0]!.more);
    this.ends = parts.map((part) => part.start + part.growth * part.more);
    return { start, growth };
  }
}

const differences = (cumulative: readonly number[]): number[] =>
  cumulative.map((value, index) => value - (cumulative[index - 1] ?? 0));

/** promtool sums fractions: with a trillionth less, a bucket would seem to have been reset. */
const notLess = (value: number): number => (Number.isInteger(value) ? value : value * (1 + 1e-9));

import { meanOf, shareUpTo, type Durations } from './durations';

export type Labels = Readonly<Record<string, string>>;

const textOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');

const COUNTS = /^[^{]+_(?:total|count|bucket)\{/;
const SECONDS = /_seconds_total\{/;

/** What a target reports: its counters and gauges, and the samples of its scrapes in the format OpenMetrics. */
export class Exposition {
  private readonly values = new Map<string, number>();
  private readonly names = new Map<string, string>();
  private readonly target: string;

  /** @param target its labels */
  constructor(target: Labels) {
    this.target = textOf(target);
  }

  /** Adds to a counter. One that is new exists from then on, as 0 too. */
  add(metric: string, labels: Labels, growth: number): void {
    const series = this.series(metric, labels);
    this.values.set(series, (this.values.get(series) ?? 0) + growth);
  }

  set(metric: string, value: number, labels: Labels = {}): void {
    this.values.set(this.series(metric, labels), value);
  }

  /** Adds observations to a histogram. */
  observe(metric: string, labels: Labels, count: number, durations: Durations, bounds: readonly number[]): void {
    for (const bound of bounds) {
      this.add(`${metric}_bucket`, { ...labels, le: String(bound) }, count * shareUpTo(bound, durations));
    }
    this.add(`${metric}_bucket`, { ...labels, le: '+Inf' }, count);
    this.add(`${metric}_count`, labels, count);
    this.add(`${metric}_sum`, labels, count * meanOf(durations));
  }

  /** It no longer reports metrics with these names. */
  forget(names: RegExp): void {
    for (const series of this.values.keys()) if (names.test(series)) this.values.delete(series);
  }

  /** @param names of the metrics that are kept */
  *scrape(seconds: number, names?: RegExp): Generator<string> {
    for (const [series, value] of this.values) {
      if (names && !names.test(series)) continue;
      // What is counted is whole.
      const sample = COUNTS.test(series) && !SECONDS.test(series) ? Math.floor(value) : Number(value.toPrecision(12));
      yield `${series} ${sample} ${seconds}`;
    }
  }

  private series(metric: string, labels: Labels): string {
    let key = metric;
    for (const name in labels) key += `\n${labels[name]}`;
    let series = this.names.get(key);
    if (series === undefined) {
      const own = textOf(labels);
      this.names.set(key, (series = `${metric}{${this.target}${own && `,${own}`}}`));
    }
    return series;
  }
}

import { toJson } from '../../globals';
import type {
  HistogramFamily,
  HistogramSeries,
  MetricFamily,
  ScalarFamily,
  ScalarSeries,
  StatementFamily,
} from './metric-families';
import type { Exemplar } from './metrics-table';
import { SCOPE_FAMILIES } from './scope-families';
import type { SeriesTotals } from './series-group';
import type { Labels } from './series-labels';

/** One line of the exposition, in the format of prom-client's registry. */
interface Line {
  labels: Record<string, string | number>;
  sharedLabels?: Labels;
  value: number;
  metricName?: string;
  exemplar?: Exemplar | null | undefined;
}

/** The lines of one series. They are kept, because prom-client remembers the text of their labels. */
interface SeriesLines<S> {
  readonly series: S;
  readonly lines: Line[];
}

/**
 * A metric with the interface of prom-client's own (`getForPromString` for text, `get` for JSON and aggregation, `reset`).
 * It stores no values; they are read from the tables during a scrape.
 */
export class PublishedMetric {
  readonly help: string;
  readonly type: MetricFamily['type'];
  readonly aggregator = 'sum';
  private readonly fullName: string;
  private openMetricsName: string | undefined;
  /** By labels and shape; those of the last scrape. */
  private kept = new Map<string, readonly SeriesLines<ScalarSeries | HistogramSeries>[]>();

  constructor(
    prefix: string,
    private readonly family: MetricFamily,
    private readonly totalsFor: (reader: PublishedMetric) => readonly SeriesTotals[],
    private readonly clear: () => void,
  ) {
    this.fullName = `${prefix}_${family.name}`;
    this.help = family.help;
    this.type = family.type;
  }

  get name(): string {
    return this.fullName;
  }

  /** An OpenMetrics registry removes `_total` from a counter's name just before it reads the values, and restores it. */
  set name(name: string) {
    this.openMetricsName = name;
  }

  async getForPromString() {
    const name = this.openMetricsName ?? this.fullName;
    this.openMetricsName = undefined;
    return { name, help: this.help, type: this.type, values: this.currentLines(), aggregator: this.aggregator };
  }

  /** The same with copies that may be modified, as prom-client does for JSON with default labels. */
  async get() {
    const metric = await this.getForPromString();
    const values = metric.values.map(({ labels, sharedLabels, ...line }) => ({
      ...line,
      labels: { ...labels, ...sharedLabels },
    }));
    return { ...metric, values };
  }

  /** Called by `registry.resetMetrics()`; clears the tables, and with them all metrics of the library. */
  reset(): void {
    this.clear();
  }

  private currentLines(): Line[] {
    const { family } = this;
    const all = this.totalsFor(this);
    if ('statements' in family) return all.flatMap((totals) => statementLines(family, totals));
    const isByScope = SCOPE_FAMILIES.some(({ name }) => name === family.name);
    const before = this.kept;
    this.kept = new Map();
    return all.flatMap((totals) => {
      const shape = isByScope ? totals.scopeNames : [totals.poolRows, totals.readablePoolRows];
      const key = toJson([totals.labels, shape]);
      const series = before.get(key) ?? this.seriesLines(family, totals);
      this.kept.set(key, series);
      return family.type === 'histogram'
        ? histogramLines(family, totals, series as readonly SeriesLines<HistogramSeries>[])
        : scalarLines(family, totals, series as readonly SeriesLines<ScalarSeries>[]);
    });
  }

  private seriesLines(family: ScalarFamily | HistogramFamily, totals: SeriesTotals) {
    if (family.type !== 'histogram') {
      return family.series(totals).map((series) => ({
        series,
        lines: [{ labels: { ...series.labels, ...totals.labels }, value: 0 }],
      }));
    }
    return family.series(totals).map((series) => {
      const sharedLabels = { ...series.labels, ...totals.labels };
      const line = (suffix: string, own: Line['labels']): Line => {
        return { labels: own, sharedLabels, value: 0, metricName: `${this.fullName}_${suffix}`, exemplar: undefined };
      };
      const buckets = [...family.histogram(totals.table).bounds, '+Inf'].map((le) => ({
        ...line('bucket', { le }),
        exemplar: null,
      }));
      return { series, lines: [...buckets, line('sum', {}), line('count', {})] };
    });
  }
}

/** A gauge is always observed. */
function isPublished({ hasAllSeries }: SeriesTotals, type: MetricFamily['type'], value: number): boolean {
  return hasAllSeries || value !== 0 || type === 'gauge';
}

function statementLines(family: StatementFamily, totals: SeriesTotals): Line[] {
  return family
    .statements(totals.statements)
    .filter(({ value }) => isPublished(totals, family.type, value))
    .map(({ labels, value }) => ({ labels: { ...labels, ...totals.labels }, value }));
}

function scalarLines(
  { type }: ScalarFamily,
  totals: SeriesTotals,
  all: readonly SeriesLines<ScalarSeries>[],
): readonly Line[] {
  for (const { series, lines } of all) lines[0]!.value = series.read(totals.table);
  return all.map(({ lines }) => lines[0]!).filter(({ value }) => isPublished(totals, type, value));
}

function histogramLines(
  family: HistogramFamily,
  totals: SeriesTotals,
  all: readonly SeriesLines<HistogramSeries>[],
): readonly Line[] {
  const { table } = totals;
  const histogram = family.histogram(table);
  return all.flatMap(({ series: { row }, lines }) => {
    const { length } = histogram.bounds;
    let count = 0;
    for (let bucket = 0; bucket <= length; bucket++) {
      const line = lines[bucket]!;
      count += histogram.inBucket(row, bucket);
      line.value = count;
      if (family.exemplar) line.exemplar = family.exemplar(table, row, bucket) ?? null;
    }
    lines[length + 1]!.value = histogram.sum(row);
    lines[length + 2]!.value = count;
    return isPublished(totals, family.type, count) ? lines : [];
  });
}

import type { CounterFamily, HistogramFamily, Labels, MetricFamily } from './metric-families';
import type { MetricsTable } from './metrics-table';

/** One line of an exposition, in the shape in which prom-client's registry prints it. */
interface Line {
  labels: Record<string, string | number>;
  sharedLabels?: Labels;
  value: number;
  metricName?: string;
  exemplar?: undefined;
}

/** The tables of one set of constant labels, added up. */
export interface LabelledTotals {
  readonly labels: Labels;
  total(): MetricsTable;
}

/**
 * A metric as prom-client's registries know it (`getForPromString` for text, `get` for JSON and aggregation, `reset`),
 * which holds no values of its own: they are read from the tables at the moment of a scrape.
 */
export class PublishedMetric {
  readonly help: string;
  readonly type: MetricFamily['type'];
  readonly aggregator = 'sum';
  private readonly fullName: string;
  private openMetricsName: string | undefined;
  private readonly lines = new WeakMap<LabelledTotals, Line[]>();

  constructor(
    prefix: string,
    private readonly family: MetricFamily,
    private readonly totals: () => readonly LabelledTotals[],
    private readonly clear: () => void,
  ) {
    this.fullName = `${prefix}_${family.name}`;
    this.help = family.help;
    this.type = family.type;
  }

  get name(): string {
    return this.fullName;
  }

  /** An OpenMetrics registry takes `_total` off a counter's name right before it reads the values, and adds it back. */
  set name(name: string) {
    this.openMetricsName = name;
  }

  async getForPromString() {
    const name = this.openMetricsName ?? this.fullName;
    this.openMetricsName = undefined;
    return { name, help: this.help, type: this.type, values: this.currentLines(), aggregator: this.aggregator };
  }

  /** The same with copies that the reader may change, as prom-client's JSON with default labels does. */
  async get() {
    const metric = await this.getForPromString();
    const values = metric.values.map(({ labels, sharedLabels, ...line }) => ({
      ...line,
      labels: { ...labels, ...sharedLabels },
    }));
    return { ...metric, values };
  }

  reset(): void {
    this.clear();
  }

  private currentLines(): Line[] {
    return this.totals().flatMap((group) => {
      let lines = this.lines.get(group);
      if (lines === undefined) this.lines.set(group, (lines = this.linesFor(group.labels)));
      if (this.family.type === 'histogram') readHistogram(this.family, group.total(), lines);
      else readScalars(this.family, group.total(), lines);
      return lines;
    });
  }

  private linesFor(constant: Labels): Line[] {
    if (this.family.type !== 'histogram') {
      return this.family.series.map(({ labels }) => ({ labels: { ...labels, ...constant }, value: 0 }));
    }
    const bounds = this.family.histogram(this.totals()[0]!.total()).bounds;
    return this.family.series.flatMap(({ labels }) => {
      const sharedLabels = { ...labels, ...constant };
      const line = (suffix: string, own: Line['labels']): Line => ({
        labels: own,
        sharedLabels,
        value: 0,
        metricName: `${this.fullName}_${suffix}`,
        exemplar: undefined,
      });
      return [
        ...bounds.map((le) => line('bucket', { le })),
        line('bucket', { le: '+Inf' }),
        line('sum', {}),
        line('count', {}),
      ];
    });
  }
}

function readScalars(family: CounterFamily, table: MetricsTable, lines: Line[]): void {
  family.series.forEach((series, index) => (lines[index]!.value = series.read(table)));
}

function readHistogram(family: HistogramFamily, table: MetricsTable, lines: Line[]): void {
  const histogram = family.histogram(table);
  let index = 0;
  for (const { row } of family.series) {
    let cumulated = 0;
    for (let bucket = 0; bucket <= histogram.bounds.length; bucket++) {
      cumulated += histogram.inBucket(row, bucket);
      lines[index++]!.value = cumulated;
    }
    lines[index++]!.value = histogram.sum(row);
    lines[index++]!.value = cumulated;
  }
}

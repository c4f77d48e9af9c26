import type { HistogramFamily, Labels, MetricFamily, ScalarFamily, Shape } from './metric-families';
import type { Exemplar, MetricsTable } from './metrics-table';

/** One line of the exposition, in the format of prom-client's registry. */
interface Line {
  labels: Record<string, string | number>;
  sharedLabels?: Labels;
  value: number;
  metricName?: string;
  exemplar?: Exemplar | null | undefined;
}

/** The sum of all tables with the same constant labels. */
export interface LabelledTotals extends Shape {
  readonly labels: Labels;
  total(): MetricsTable;
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
  private readonly lines = new Map<string, Line[]>();

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
    return this.totals().flatMap((group) => {
      const table = group.total();
      if ('statements' in family) {
        const totals = table.statements ? family.statements(table.statements) : [];
        return totals.map(({ labels, value }): Line => ({ labels: { ...labels, ...group.labels }, value }));
      }
      const key = `${JSON.stringify(group.labels)} ${group.replicated} ${group.pooled}`;
      let lines = this.lines.get(key);
      if (lines === undefined) this.lines.set(key, (lines = this.linesOf(family, group, table.bounds)));
      if (family.type === 'histogram') readHistogram(family, group, table, lines);
      else family.series(group).forEach((series, index) => (lines[index]!.value = series.read(table)));
      return lines;
    });
  }

  private linesOf(family: ScalarFamily | HistogramFamily, group: LabelledTotals, bounds: readonly number[]): Line[] {
    if (family.type !== 'histogram') {
      return family.series(group).map(({ labels }) => ({ labels: { ...labels, ...group.labels }, value: 0 }));
    }
    return family.series(group).flatMap(({ labels }) => {
      const sharedLabels = { ...labels, ...group.labels };
      const line = (suffix: string, own: Line['labels']): Line => {
        return { labels: own, sharedLabels, value: 0, metricName: `${this.fullName}_${suffix}`, exemplar: undefined };
      };
      const buckets = [...bounds, '+Inf'].map((le) => ({ ...line('bucket', { le }), exemplar: null }));
      return [...buckets, line('sum', {}), line('count', {})];
    });
  }
}

function readHistogram(family: HistogramFamily, shape: Shape, table: MetricsTable, lines: Line[]): void {
  const histogram = family.histogram(table);
  let index = 0;
  for (const { rows } of family.series(shape)) {
    let cumulated = 0;
    for (let bucket = 0; bucket <= histogram.bounds.length; bucket++) {
      const line = lines[index++]!;
      for (const row of rows) cumulated += histogram.inBucket(row, bucket);
      line.value = cumulated;
      if (family.exemplar) line.exemplar = family.exemplar(table, rows[0]!, bucket) ?? null;
    }
    lines[index++]!.value = rows.reduce((sum, row) => sum + histogram.sum(row), 0);
    lines[index++]!.value = cumulated;
  }
}

import { METRIC_FAMILIES, STATEMENT_FAMILIES, type Labels, type MetricFamily } from './metric-families';
import { MetricsTable } from './metrics-table';
import { PublishedMetric, type LabelledTotals } from './published-metric';
import { TopStatements } from './top-statements';

/** The part of a prom-client `Registry` that the library needs. */
export interface MetricsRegistry {
  registerMetric(metric: object): void;
  getSingleMetric(name: string): unknown;
}

/** Registered globally, so that it survives a reload of this module: the registry remembers its collector. */
const COLLECTOR = Symbol.for('query-timing.registry-collector');

/** All tables with the same constant labels, including the counts of uninstalled timings. */
class Group implements LabelledTotals {
  private readonly tables = new Set<MetricsTable>();
  private readonly retired: MetricsTable;
  private readonly sum: MetricsTable;
  private hasRetired = false;
  replicated = false;
  pooled = false;

  constructor(
    readonly labels: Labels,
    bounds: readonly number[],
  ) {
    this.retired = new MetricsTable(bounds);
    this.sum = new MetricsTable(bounds);
  }

  add(table: MetricsTable, replicated: boolean): void {
    this.tables.add(table);
    this.replicated ||= replicated;
    this.pooled ||= table.hasPools;
  }

  retire(table: MetricsTable): void {
    if (!this.tables.delete(table)) return;
    table.pool.fill(0);
    this.retired.add(table);
    this.retired.statements = merged(this.retired.statements, table.statements);
    this.hasRetired = true;
  }

  total(): MetricsTable {
    for (const table of this.tables) table.refresh();
    const [only] = this.tables;
    if (only && this.tables.size === 1 && !this.hasRetired) return only;
    this.sum.clear();
    this.sum.statements = undefined;
    for (const table of [this.retired, ...this.tables]) {
      this.sum.add(table);
      this.sum.statements = merged(this.sum.statements, table.statements);
    }
    return this.sum;
  }

  clear(): void {
    for (const table of [this.retired, ...this.tables]) table.clear();
  }
}

function merged(into: TopStatements | undefined, other: TopStatements | undefined): TopStatements | undefined {
  if (!other) return into;
  const sum = into ?? new TopStatements(other.maxTracked);
  sum.merge(other);
  return sum;
}

/** Publishes all tables of one registry and prefix, so that several DataSources are summed instead of conflicting. */
export class RegistryCollector {
  private readonly groups = new Map<string, Group>();
  private publishesStatements = false;

  private constructor(
    private readonly prefix: string,
    private readonly registry: MetricsRegistry,
    readonly bounds: readonly number[],
  ) {
    this.register(METRIC_FAMILIES);
  }

  /**
   * The collector of a registry, created on the first call and again after `registry.clear()`.
   *
   * @throws Error if the registry has other metrics with these names, or the library's with different buckets
   */
  static of(registry: MetricsRegistry, prefix: string, bounds: readonly number[]): RegistryCollector {
    const first = registry.getSingleMetric(`${prefix}_${METRIC_FAMILIES[0]!.name}`);
    const existing = (first as { [COLLECTOR]?: RegistryCollector } | undefined)?.[COLLECTOR];
    if (existing === undefined) return new RegistryCollector(prefix, registry, bounds);
    if (existing.bounds.join() !== bounds.join()) {
      throw new Error(
        `The metrics "${prefix}_…" are already registered with the buckets [${existing.bounds.join(', ')}]. ` +
          'Use the same buckets, another metricPrefix or another registry.',
      );
    }
    return existing;
  }

  /** Publishes a table. The returned function stops publishing it; its counts remain in the sums. */
  publish(table: MetricsTable, labels: Labels, replicated: boolean): () => void {
    if (table.statements && !this.publishesStatements) {
      this.publishesStatements = true;
      this.register(STATEMENT_FAMILIES);
    }
    const key = JSON.stringify(labels);
    let group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, (group = new Group(labels, this.bounds)));
    group.add(table, replicated);
    return () => group.retire(table);
  }

  private register(families: readonly MetricFamily[]): void {
    const totals = () => [...this.groups.values()];
    const clear = () => this.groups.forEach((group) => group.clear());
    for (const family of families) {
      const metric = new PublishedMetric(this.prefix, family, totals, clear);
      this.registry.registerMetric(Object.assign(metric, { [COLLECTOR]: this }));
    }
  }
}

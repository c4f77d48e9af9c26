import type { Labels } from './metric-families';
import { METRIC_FAMILIES } from './metric-families';
import { MetricsTable } from './metrics-table';
import { PublishedMetric, type LabelledTotals } from './published-metric';

/** What the library needs of a prom-client registry. */
export interface MetricsRegistry {
  registerMetric(metric: object): void;
  getSingleMetric(name: string): unknown;
}

/** Survives a reload of this module: the registry itself remembers who publishes there. */
const COLLECTOR = Symbol.for('query-timing.registry-collector');

/** All tables with the same constant labels, those of uninstalled timings included. */
class Group implements LabelledTotals {
  private readonly tables = new Set<MetricsTable>();
  private readonly retired: MetricsTable;
  private readonly sum: MetricsTable;

  constructor(
    readonly labels: Labels,
    bounds: readonly number[],
  ) {
    this.retired = new MetricsTable(bounds);
    this.sum = new MetricsTable(bounds);
  }

  add(table: MetricsTable): void {
    this.tables.add(table);
  }

  retire(table: MetricsTable): void {
    if (this.tables.delete(table)) this.retired.add(table);
  }

  total(): MetricsTable {
    this.sum.clear();
    this.sum.add(this.retired);
    for (const table of this.tables) this.sum.add(table);
    return this.sum;
  }

  clear(): void {
    this.retired.clear();
    for (const table of this.tables) table.clear();
  }
}

/** Publishes every table of one registry and one prefix, so that several DataSources add up instead of clashing. */
export class RegistryCollector {
  private readonly groups = new Map<string, Group>();

  private constructor(
    prefix: string,
    registry: MetricsRegistry,
    readonly bounds: readonly number[],
  ) {
    const totals = () => [...this.groups.values()];
    const clear = () => this.groups.forEach((group) => group.clear());
    for (const family of METRIC_FAMILIES) {
      const metric = new PublishedMetric(prefix, family, totals, clear);
      registry.registerMetric(Object.assign(metric, { [COLLECTOR]: this }));
    }
  }

  /**
   * The collector that publishes in the registry, made at the first call and again after `registry.clear()`.
   *
   * @throws Error when the registry holds other metrics of these names, or ours with other buckets
   */
  static of(registry: MetricsRegistry, prefix: string, bounds: readonly number[]): RegistryCollector {
    const first = registry.getSingleMetric(`${prefix}_${METRIC_FAMILIES[0]!.name}`);
    const existing = (first as { [COLLECTOR]?: RegistryCollector } | undefined)?.[COLLECTOR];
    if (existing === undefined) return new RegistryCollector(prefix, registry, bounds);
    if (existing.bounds.join() !== bounds.join()) {
      throw new Error(
        `The registry has the metrics "${prefix}_…" already with the buckets [${existing.bounds.join(', ')}]: ` +
          'use the same buckets, another metricPrefix or another registry.',
      );
    }
    return existing;
  }

  /** Publishes the table from now on. The answer stops that; what it has counted stays. */
  publish(table: MetricsTable, labels: Labels): () => void {
    const key = JSON.stringify(labels);
    let group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, (group = new Group(labels, this.bounds)));
    group.add(table);
    return () => group.retire(table);
  }
}

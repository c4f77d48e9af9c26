import { METRIC_FAMILIES, STATEMENT_FAMILIES, type MetricFamily } from './metric-families';
import type { MetricsTable } from './metrics-table';
import { PublishedMetric } from './published-metric';
import { constantLabelsKey, totalOf, type SeriesGroup, type SeriesTotals } from './series-group';
import { OTHER_DATA_SOURCES, SeriesGroups, type Publication, type PublicationOptions } from './series-groups';
import { SCOPE_FAMILIES } from './scope-families';
import { seriesIdentity, type Labels } from './series-labels';
import { seriesLayout } from './series-layout';

/** The part of a prom-client `Registry` that the library needs. */
export interface MetricsRegistry {
  registerMetric(metric: object): void;
  getSingleMetric(name: string): unknown;
}

export interface CollectorOptions {
  readonly metricPrefix: string;
  readonly buckets: readonly number[];
  readonly topStatements: boolean;
  /** False if scopes are off. */
  readonly scopes: unknown;
}

/** Registered globally, so that it survives a reload of this module: the registry remembers its collector. */
const COLLECTOR = Symbol.for('query-timing.registry-collector');

/** For the case that the registry is cleared and forgets its collector. */
const collectors = new WeakMap<MetricsRegistry, Map<string, RegistryCollector>>();

/** Publishes all tables of one registry and prefix, so that several DataSources are summed instead of conflicting. */
export class RegistryCollector {
  readonly layout = seriesLayout();
  private readonly groups: SeriesGroups;
  /** The families that some DataSource has asked for by an option. */
  private readonly published = new Set<readonly MetricFamily[]>();
  /** The sums of the current scrape, and the metrics that have read them. */
  private totals: readonly SeriesTotals[] | undefined;
  private readonly readers = new Set<PublishedMetric>();

  private constructor(
    readonly prefix: string,
    private readonly registry: MetricsRegistry,
    readonly bounds: readonly number[],
  ) {
    const changed = () => (this.totals = undefined);
    this.groups = new SeriesGroups({ bounds, labelsOfOthers, isOther, changed });
  }

  /**
   * The collector of a registry. All of its metrics are registered, or none.
   *
   * @throws Error if the registry has other metrics with these names, or the library's with different buckets or of another
   * version
   */
  static of(registry: MetricsRegistry, options: CollectorOptions): RegistryCollector {
    const { metricPrefix, buckets } = options;
    const registered = registeredCollector(registry, metricPrefix);
    if (registered !== undefined) {
      registered.rejectOther(seriesLayout(), buckets);
      registered.registerMore(options);
      return registered;
    }
    const known = collectors.get(registry) ?? new Map<string, RegistryCollector>();
    const cleared = known.get(metricPrefix);
    const collector = cleared?.continues(buckets) ? cleared : new RegistryCollector(metricPrefix, registry, buckets);
    collector.registerAll(options);
    collectors.set(registry, known.set(metricPrefix, collector));
    return collector;
  }

  /** Publishes a table under its labels, or under {@link OTHER_DATA_SOURCES} if there are too many. */
  publish(table: MetricsTable, labels: Labels, options: PublicationOptions): Publication {
    return this.groups.publish(table, labels, options);
  }

  /**
   * The sums for one metric. All metrics of a scrape read them in the same synchronous loop, so they are added up by the
   * first one, and again if one reads twice.
   */
  private totalsFor(reader: PublishedMetric): readonly SeriesTotals[] {
    if (this.totals === undefined || this.readers.has(reader)) {
      this.totals = this.addUp();
      this.readers.clear();
      // Not by queueMicrotask, which fake timers replace.
      void Promise.resolve().then(() => (this.totals = undefined));
    }
    this.readers.add(reader);
    return this.totals;
  }

  private addUp(): readonly SeriesTotals[] {
    const defaults = defaultLabelsOf(this.registry);
    const byIdentity = new Map<string, SeriesGroup[]>();
    for (const group of this.groups.all) {
      const identity = seriesIdentity(group.labels, defaults);
      byIdentity.set(identity, [...(byIdentity.get(identity) ?? []), group]);
    }
    return [...byIdentity.values()].map((groups) => totalOf(groups, this.bounds, defaults));
  }

  private readonly clear = (): void => {
    this.groups.clear();
    this.totals = undefined;
  };

  private registerAll(options: CollectorOptions): void {
    const optional = new Set([...this.published, ...optionalFamilies(options)]);
    this.register([...METRIC_FAMILIES, ...[...optional].flat()]);
    for (const families of optional) this.published.add(families);
  }

  /** What no other DataSource has asked for. */
  private registerMore(options: CollectorOptions): void {
    const added = optionalFamilies(options).filter((families) => !this.published.has(families));
    this.register(added.flat());
    for (const families of added) this.published.add(families);
  }

  private register(families: readonly MetricFamily[]): void {
    const metrics = families.map((family) => {
      const metric = new PublishedMetric(this.prefix, family, (reader) => this.totalsFor(reader), this.clear);
      return Object.assign(metric, { [COLLECTOR]: this });
    });
    const taken = metrics.find(({ name }) => this.registry.getSingleMetric(name) !== undefined);
    if (taken) {
      throw new Error(
        `A metric named "${taken.name}" has already been registered, and not by the query timing with this prefix. ` +
          `Use another metricPrefix than "${this.prefix}", or another registry.`,
      );
    }
    for (const metric of metrics) this.registry.registerMetric(metric);
  }

  private rejectOther(layout: string, bounds: readonly number[]): void {
    // A version before this check has no layout.
    if ((this.layout as string | undefined) !== layout) {
      throw new Error(
        `The metrics "${this.prefix}_…" are already registered by another version of nestjs-query-timing. ` +
          'Use one version, another metricPrefix or another registry.',
      );
    }
    if (this.bounds.join() !== bounds.join()) {
      throw new Error(
        `The metrics "${this.prefix}_…" are already registered with the buckets [${this.bounds.join(', ')}]. ` +
          'Use the same buckets, another metricPrefix or another registry.',
      );
    }
  }

  /**
   * After `registry.clear()`: DataSources that are still published continue from 0, all others are forgotten.
   * @returns false if there are none, or if they have other buckets
   */
  private continues(bounds: readonly number[]): boolean {
    this.groups.restart();
    return this.groups.all.length > 0 && this.bounds.join() === bounds.join();
  }
}

function optionalFamilies({ topStatements, scopes }: CollectorOptions): readonly (readonly MetricFamily[])[] {
  return [...(topStatements ? [STATEMENT_FAMILIES] : []), ...(scopes === false ? [] : [SCOPE_FAMILIES])];
}

function registeredCollector(registry: MetricsRegistry, prefix: string): RegistryCollector | undefined {
  // Any of them: the application may have removed some.
  for (const { name } of [...METRIC_FAMILIES, ...STATEMENT_FAMILIES, ...SCOPE_FAMILIES]) {
    const metric = registry.getSingleMetric(`${prefix}_${name}`) as { [COLLECTOR]?: RegistryCollector } | undefined;
    const collector = metric?.[COLLECTOR];
    // Those of another prefix may have the same name: `db` and `db_slow` both have `db_slow_queries_total`.
    if (collector?.prefix === prefix) return collector;
  }
  return undefined;
}

/** prom-client has no public access to them. */
function defaultLabelsOf(registry: MetricsRegistry): Labels {
  const { _defaultLabels: labels } = registry as { _defaultLabels?: unknown };
  return typeof labels === 'object' && labels !== null ? (labels as Labels) : {};
}

/** With the same constant labels as others have. New ones would be as many as the DataSources. */
function labelsOfOthers(labels: Labels, groups: readonly SeriesGroup[]): Labels {
  const key = constantLabelsKey(labels);
  const others = { data_source: OTHER_DATA_SOURCES };
  return groups.some((group) => constantLabelsKey(group.labels) === key) ? { ...labels, ...others } : others;
}

function isOther({ data_source }: Labels): boolean {
  return data_source === OTHER_DATA_SOURCES;
}

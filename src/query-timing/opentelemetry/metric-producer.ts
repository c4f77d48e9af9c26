import { AggregationTemporality, type CollectionResult, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { wallClockNow } from '../globals';
import type { MetricsPublisher, PublishedSource } from '../sinks/metrics/metrics-publisher';
import type { MetricsTable } from '../sinks/metrics/metrics-table';
import { totalOf, type SeriesGroup } from '../sinks/metrics/series-group';
import { SeriesGroups, type Publication, type PublicationOptions } from '../sinks/metrics/series-groups';
import { isOther, labelsOf, labelsOfOthers } from './attributes';
import { Measurements } from './measurements';
import { metricDataOf, type TemporalitySelector } from './metric-data';
import { SCHEMA_URL } from './semantic-conventions';
import { SeriesHistory } from './series-history';

/** Options of {@link QueryTimingMetricProducer}. */
export interface QueryTimingMetricProducerOptions {
  /**
   * Cumulative or delta, for all metrics or by instrument. A reader does not pass it on, so give what its exporter prefers:
   * `(instrument) => exporter.selectAggregationTemporality(instrument)`.
   * @defaultValue `AggregationTemporality.CUMULATIVE`
   */
  readonly temporality?: AggregationTemporality | TemporalitySelector;
}

type Resource = CollectionResult['resourceMetrics']['resource'];

const NAME = 'nestjs-query-timing';

/**
 * Hands over the metrics of DataSources to an OpenTelemetry `MetricReader`, under the names of the semantic conventions for
 * databases. Pass it to the reader's `metricProducers`, and to the option `metricProducers` of the query timing. It reads
 * the counts that the Prometheus metrics are made of, so statements are not measured twice.
 *
 * With delta temporality, each reader needs its own producer.
 *
 * @publicApi
 * @example
 * ```ts
 * import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
 * import { QueryTimingModule } from 'nestjs-query-timing';
 * import { QueryTimingMetricProducer } from 'nestjs-query-timing/opentelemetry';
 *
 * export const databaseMetrics = new QueryTimingMetricProducer();
 * export const meterProvider = (exporter: PushMetricExporter) =>
 *   new MeterProvider({
 *     readers: [new PeriodicExportingMetricReader({ exporter, metricProducers: [databaseMetrics] })],
 *   });
 * export const queryTiming = QueryTimingModule.forRoot({ metricProducers: [databaseMetrics] });
 * ```
 */
export class QueryTimingMetricProducer implements MetricProducer, MetricsPublisher {
  private readonly selectTemporality: TemporalitySelector;
  private readonly history = new SeriesHistory();
  private readonly starts = new WeakMap<SeriesGroup, number>();
  private bounds: readonly number[] | undefined;
  private groups: SeriesGroups | undefined;

  constructor({ temporality = AggregationTemporality.CUMULATIVE }: QueryTimingMetricProducerOptions = {}) {
    this.selectTemporality = typeof temporality === 'function' ? temporality : () => temporality;
  }

  /** Never rejects: an error is in `errors`, as of any part of a collection. */
  async collect(): Promise<CollectionResult> {
    try {
      return this.result(this.read(), []);
    } catch (error) {
      return this.result([], [error]);
    }
  }

  /** @internal Called by the query timing. */
  publish(table: MetricsTable, source: PublishedSource, options: PublicationOptions): Publication {
    return this.groupsWith(table.bounds).publish(table, labelsOf(source), options);
  }

  private groupsWith(bounds: readonly number[]): SeriesGroups {
    if (this.groups && this.bounds?.join() !== bounds.join()) {
      throw new Error(
        `The metric producer has DataSources with the buckets [${this.bounds?.join(', ')}]. Use the same buckets, or ` +
          'another metric producer.',
      );
    }
    this.bounds = bounds;
    return (this.groups ??= new SeriesGroups({ bounds, labelsOfOthers, isOther, changed: () => this.noteStarts() }));
  }

  /** A group begins with its first DataSource. */
  private noteStarts(): void {
    const now = wallClockNow();
    for (const group of this.groups?.all ?? []) if (!this.starts.has(group)) this.starts.set(group, now);
  }

  private read(): CollectionResult['resourceMetrics']['scopeMetrics'][number]['metrics'] {
    const { groups, bounds } = this;
    if (groups === undefined || bounds === undefined) return [];
    const measurements = new Measurements(bounds);
    for (const group of groups.all) measurements.add(totalOf([group], bounds, {}), this.starts.get(group)!);
    const now = wallClockNow();
    const metrics = metricDataOf(measurements, this.history, this.selectTemporality, now);
    this.history.turn(now);
    return metrics;
  }

  private result(metrics: ReturnType<QueryTimingMetricProducer['read']>, errors: unknown[]): CollectionResult {
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: NAME, schemaUrl: SCHEMA_URL }, metrics }];
    return { resourceMetrics: { resource: NO_RESOURCE, scopeMetrics }, errors };
  }
}

/** The reader uses that of its MeterProvider. */
const NO_RESOURCE = {
  attributes: {},
  merge: (other: Resource | null) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
} as unknown as Resource;

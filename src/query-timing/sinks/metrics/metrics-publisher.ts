import type { DatabaseAddress } from '../../model/database-address';
import type { MetricsTable } from './metrics-table';
import type { Publication, PublicationOptions } from './series-groups';
import type { Labels } from './series-labels';

/** The DataSource that a table belongs to. */
export interface PublishedSource extends DatabaseAddress {
  /** The name of the DataSource; undefined for the unnamed one. */
  readonly name: string | undefined;
  /** TypeORM's type of the driver. */
  readonly driver: string;
  /** The option `defaultLabels`. */
  readonly labels: Labels;
}

/**
 * What hands over the metrics of DataSources, beside a prom-client registry: `QueryTimingMetricProducer` of
 * `nestjs-query-timing/opentelemetry`.
 */
export interface MetricsPublisher {
  /**
   * @internal
   * @throws Error if it publishes other DataSources with other buckets
   */
  publish(table: MetricsTable, source: PublishedSource, options: PublicationOptions): Publication;
}

import type { DataSource } from 'typeorm';
import { databaseAddressOf } from './model/database-address';
import type { ResolvedOptions } from './options';
import { followLifetime } from './probes/data-source-lifetime';
import { isReplicated } from './probes/pool-reader';
import { poolReaderOf } from './probes/pool-watch';
import type { InternalFaults } from './recorder/internal-faults';
import type { QueryRecorder } from './recorder/query-recorder';
import { resolveScopeOptions } from './scopes/scope-options';
import { FailureTable } from './sinks/metrics/failure-table';
import { MetricsTable } from './sinks/metrics/metrics-table';
import { ScopeTable } from './sinks/metrics/scope-table';
import { RegistryCollector, type MetricsRegistry } from './sinks/metrics/registry-collector';
import type { Publication } from './sinks/metrics/series-groups';
import { wellFormedLabels } from './sinks/metrics/series-labels';
import { TopStatements } from './sinks/metrics/top-statements';

export const DEFAULT_DATA_SOURCE = 'default';

export interface PublishContext {
  readonly name: string;
  readonly options: ResolvedOptions;
  readonly registry: MetricsRegistry | false;
  readonly faults: InternalFaults;
  readonly recorder: QueryRecorder;
  readonly warn: (message: string) => void;
}

export interface PublishedTable {
  readonly table: MetricsTable;
  readonly publications: readonly Publication[];
  /** Stops following the DataSource, whose counts remain in the metrics. */
  readonly end: () => void;
}

/**
 * Publishes the metrics of a DataSource as long as it is in use: once it is destroyed its counts are part of the sums, and
 * it comes back when it is initialised again. Neither the registry nor a metric producer keeps it in memory.
 *
 * @throws Error if the registry has other metrics with these names, or a metric producer has other buckets
 */
export function publishMetrics(dataSource: DataSource, context: PublishContext): PublishedTable {
  const { name, options, faults, recorder, warn } = context;
  const { buckets, topStatements, maxTrackedStatements, metricProducers } = options;
  const unreadable = () =>
    warn(`The pool of the DataSource "${name}" has no readable figures, so the metrics have none either.`);
  const failed = (error: unknown) => faults.add('pool_probe', error);
  const readPools = poolReaderOf(dataSource, { unreadable, failed });
  const flush = flusherOf(recorder, options);
  const replicated = isReplicated(dataSource);
  const table = new MetricsTable(buckets, { replicated, flush, readPools, internalErrors: faults.counts });
  if (topStatements) table.statements = new TopStatements(maxTrackedStatements);
  const scopes = resolveScopeOptions(options.scopes);
  if (scopes) table.scopes = new ScopeTable(buckets, scopes.maxNames);
  if (metricProducers.length > 0) table.failures = new FailureTable(buckets);
  if (dataSource.isInitialized) table.refresh();
  const publications = publicationsOf(dataSource, table, context);
  const end = followLifetime(dataSource, {
    opened: () => guarded(() => publications.forEach((publication) => publication.resume())),
    ready: () => guarded(() => table.refresh()),
    closed: () => guarded(() => publications.forEach((publication) => publication.suspend())),
  });
  return { table, publications, end };

  function guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      faults.add('metrics', error);
    }
  }
}

function publicationsOf(dataSource: DataSource, table: MetricsTable, context: PublishContext): readonly Publication[] {
  const { registry, options, name: given, warn } = context;
  const { defaultLabels, metricProducers, onlyObservedSeries, maxDataSources } = options;
  const name = given === DEFAULT_DATA_SOURCE ? undefined : given;
  const onLimit = () =>
    warn(
      `There are metrics of ${maxDataSources} DataSources (maxDataSources). "${given}" and all further ones are ` +
        'counted together, as "other".',
    );
  const published = { onlyObservedSeries, maxDataSources, onLimit };
  const collector = registry && RegistryCollector.of(registry, options);
  const address = databaseAddressOf(dataSource.options);
  const source = { name, driver: dataSource.options.type, labels: defaultLabels, ...address };
  const publications: Publication[] = [];
  try {
    for (const producer of metricProducers) publications.push(producer.publish(table, source, published));
    const labels = wellFormedLabels({ ...(name !== undefined && { data_source: name }), ...defaultLabels });
    if (collector) publications.push(collector.publish(table, labels, published));
  } catch (error) {
    for (const publication of publications) publication.forget();
    throw error;
  }
  return publications;
}

/**
 * A custom sink may refer to the DataSource, and the recorder refers to it. With custom sinks there is no batch, so nothing
 * is lost with the recorder. Outside {@link publishMetrics}, whose functions would all keep the recorder in memory.
 */
function flusherOf(recorder: QueryRecorder, { sinks }: ResolvedOptions): () => void {
  return sinks.length === 0 ? strongFlush(recorder) : weakFlush(new WeakRef(recorder));
}

const strongFlush = (recorder: QueryRecorder) => () => recorder.flush();
const weakFlush = (recorder: WeakRef<QueryRecorder>) => () => recorder.deref()?.flush();

import type { DataSource } from 'typeorm';
import type { ResolvedOptions } from './options';
import { followLifetime } from './probes/data-source-lifetime';
import { isReplicated } from './probes/pool-reader';
import { poolReaderOf } from './probes/pool-watch';
import type { InternalFaults } from './recorder/internal-faults';
import type { QueryRecorder } from './recorder/query-recorder';
import { MetricsTable } from './sinks/metrics/metrics-table';
import { RegistryCollector, type MetricsRegistry, type Publication } from './sinks/metrics/registry-collector';
import { TopStatements } from './sinks/metrics/top-statements';

export const DEFAULT_DATA_SOURCE = 'default';

export interface PublishContext {
  readonly name: string;
  readonly options: ResolvedOptions;
  readonly registry: MetricsRegistry;
  readonly faults: InternalFaults;
  readonly recorder: QueryRecorder;
  readonly warn: (message: string) => void;
}

export interface PublishedTable {
  readonly table: MetricsTable;
  readonly publication: Publication;
  /** Stops following the DataSource, whose counts remain in the metrics. */
  readonly end: () => void;
}

/**
 * Publishes the metrics of a DataSource as long as it is in use: once it is destroyed its counts are part of the sums, and
 * it comes back when it is initialised again. The registry does not keep it in memory.
 *
 * @throws Error if the registry has other metrics with these names
 */
export function publishMetrics(dataSource: DataSource, context: PublishContext): PublishedTable {
  const { name, options, registry, faults, recorder, warn } = context;
  const { buckets, topStatements, maxTrackedStatements, defaultLabels, onlyObservedSeries, maxDataSources } = options;
  const collector = RegistryCollector.of(registry, options);
  const unreadable = () =>
    warn(`The pool of the DataSource "${name}" has no readable figures, so the metrics have none either.`);
  const failed = (error: unknown) => faults.add('pool_probe', error);
  const readPools = poolReaderOf(dataSource, { unreadable, failed });
  const flush = flusherOf(recorder, options);
  const replicated = isReplicated(dataSource);
  const table = new MetricsTable(buckets, { replicated, flush, readPools, internalErrors: faults.counts });
  if (topStatements) table.statements = new TopStatements(maxTrackedStatements);
  const labels = { ...(name !== DEFAULT_DATA_SOURCE && { data_source: name }), ...defaultLabels };
  const onLimit = () =>
    warn(
      `The registry has series of ${maxDataSources} DataSources (maxDataSources). "${name}" and all further ones are ` +
        'counted under data_source="other".',
    );
  if (dataSource.isInitialized) table.refresh();
  const publication = collector.publish(table, labels, { onlyObservedSeries, maxDataSources, onLimit });
  const end = followLifetime(dataSource, {
    opened: () => guarded(() => publication.resume()),
    ready: () => guarded(() => table.refresh()),
    closed: () => guarded(() => publication.suspend()),
  });
  return { table, publication, end };

  function guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      faults.add('metrics', error);
    }
  }
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

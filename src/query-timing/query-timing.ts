import type { DataSource } from 'typeorm';
import { InternalFaults } from './recorder/internal-faults';
import { poolProbe } from './probes/pool-probe';
import { isReplicated, poolReaderOf } from './probes/pool-reading';
import type { Probe } from './probes/probe';
import { queryProbe } from './probes/query-probe';
import { StatementEnds } from './probes/statement-ends';
import { streamProbe } from './probes/stream-probe';
import { TransactionProbe } from './probes/transaction-probe';
import { QueryRecorder, withCopies } from './recorder/query-recorder';
import { checkThreshold, type CompleteOptions } from './options';
import { MetricsTable } from './sinks/metrics/metrics-table';
import { QueryMetrics } from './sinks/metrics/query-metrics';
import { RegistryCollector, type MetricsRegistry } from './sinks/metrics/registry-collector';
import { TopStatements } from './sinks/metrics/top-statements';
import { SlowQueryLog, type QueryTimingLogger } from './sinks/slow-query-log';
import { QueryStats, type QueryStatsSummary } from './sinks/statistics';
import { dialectOf } from './sql/dialect';
import { QueryTypes } from './sql/query-type';
import { SlowThreshold } from './recorder/statement-pattern';

export const DEFAULT_DATA_SOURCE = 'default';

const PROBES: readonly Probe[] = [queryProbe, streamProbe, poolProbe];

/** What the surroundings have decided where the options leave it to them. */
export interface Surroundings {
  readonly name: string;
  readonly logger: QueryTimingLogger;
  readonly registry: MetricsRegistry | false;
  /** Called when it is uninstalled. */
  readonly onUninstall: () => void;
}

/** The query timing of one DataSource, while it is installed there. */
export class QueryTiming {
  private readonly faults = new InternalFaults();
  private readonly recorder: QueryRecorder;
  private readonly ends: StatementEnds;
  private readonly stats = new QueryStats();
  private readonly log: SlowQueryLog;
  private readonly detachments: (() => void)[] = [];
  private unpublish: (() => void) | undefined;
  private uninstalled = false;

  /** @internal Use `QueryTimingModule`, `installQueryTiming` or `installQueryTimingWithPrometheus`. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly options: CompleteOptions,
    private readonly surroundings: Surroundings,
  ) {
    const driverType = dataSource.options.type;
    const dialect = dialectOf(driverType);
    const types = new QueryTypes(dialect);
    this.recorder = new QueryRecorder(surroundings.name, dialect, types, options, this.faults);
    const transactions = TransactionProbe.supports(driverType) ? new TransactionProbe(this.recorder) : undefined;
    this.ends = new StatementEnds(this.recorder, types, transactions);
    this.log = new SlowQueryLog({ ...options, logger: surroundings.logger, dataSource: surroundings.name });

    if (options.collectStats) this.recorder.add('statistics', this.stats);
    if (surroundings.registry && options.enabled) this.publish(surroundings.registry);
    this.recorder.add('slow_query_log', this.log);
    for (const sink of options.sinks) this.recorder.add('sink', withCopies(sink, surroundings.name));
    this.setLogAllQueries(options.logAllQueries);
    if (options.enabled) this.attach();
  }

  /** What has been seen since the start or the last {@link resetStats}; all 0 with `collectStats: false`. */
  getSummary(): QueryStatsSummary {
    this.recorder.settle();
    return this.stats.summary();
  }

  /** Starts the statistics anew. The metrics go on: Prometheus counters never fall. */
  resetStats(): void {
    this.recorder.settle();
    this.stats.reset();
  }

  /**
   * From now on, queries are slow from so many milliseconds on, all of them.
   *
   * @throws TypeError unless it is a number, 0 or more
   */
  setSlowQueryThreshold(thresholdMs: number): void {
    checkThreshold(thresholdMs);
    this.recorder.setThreshold(new SlowThreshold(thresholdMs));
  }

  /** Switches the DEBUG line for every query on or off. */
  setLogAllQueries(logAll: boolean): void {
    this.log.logAllQueries = logAll;
    this.recorder.setWantsAll(logAll || this.options.sinks.length > 0);
  }

  /** Switched off, nothing is attached to the DataSource; what has been counted stays. */
  setEnabled(enabled: boolean): void {
    if (this.uninstalled) return;
    const { registry } = this.surroundings;
    if (enabled && registry) this.publish(registry);
    if (enabled) this.attach();
    else this.detach();
  }

  /** Takes it off the DataSource for good. The metrics keep what has been counted. Harmless the second time. */
  uninstall(): void {
    if (this.uninstalled) return;
    this.uninstalled = true;
    this.detach();
    this.recorder.settle();
    this.unpublish?.();
    this.surroundings.onUninstall();
  }

  private attach(): void {
    if (this.detachments.length > 0) return;
    for (const probe of PROBES) this.detachments.push(probe(this.dataSource, this.ends));
  }

  private detach(): void {
    for (const detach of this.detachments.splice(0).reverse()) detach();
  }

  private publish(registry: MetricsRegistry): void {
    if (this.unpublish) return;
    const { metricPrefix, buckets, topStatements, maxTrackedStatements, exemplars, defaultLabels } = this.options;
    const { name } = this.surroundings;
    const collector = RegistryCollector.of(registry, metricPrefix, buckets);
    const sources = { settle: () => this.recorder.settle(), readPools: this.guardedPoolReader() };
    const table = new MetricsTable(buckets, this.faults.counts, sources);
    if (topStatements) table.statements = new TopStatements(maxTrackedStatements);
    const labels = { ...(name !== DEFAULT_DATA_SOURCE && { data_source: name }), ...defaultLabels };
    this.unpublish = collector.publish(table, labels, isReplicated(this.dataSource));
    this.recorder.add('metrics', new QueryMetrics(table, exemplars));
  }

  /** A pool that cannot be read spoils no scrape. */
  private guardedPoolReader() {
    const read = poolReaderOf(this.dataSource);
    return (
      read &&
      (() => {
        try {
          return read();
        } catch {
          this.faults.add('pool_probe');
          return [];
        }
      })
    );
  }
}

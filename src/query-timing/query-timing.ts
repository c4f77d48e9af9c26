import type { DataSource } from 'typeorm';
import { InternalFaults, type InternalPart } from './internal-faults';
import { QueryProbe, type StatementObserver } from './probes/query-probe';
import type { Timeline } from './probes/timeline';
import { QueryRecord } from './query-record';
import {
  DEFAULT_METRIC_PREFIX,
  DEFAULT_SLOW_QUERY_THRESHOLD_MS,
  validateOptions,
  type QueryTimingOptions,
} from './query-timing.options';
import { DEFAULT_BUCKETS } from './sinks/metrics/histogram-rows';
import { QueryMetrics } from './sinks/metrics/query-metrics';
import { RegistryCollector, type MetricsRegistry } from './sinks/metrics/registry-collector';
import { SlowQueryLog, type QueryTimingLogger } from './sinks/slow-query-log';
import { QueryStats, type QueryStatsSummary } from './sinks/statistics';
import { dialectOf } from './sql/dialect';
import { errorClassOf } from './sql/error-class';
import { queryTypeIndexOf } from './sql/query-type';
import { attachSubscriber } from './subscriber-attachment';

const FAULTS_BEFORE_SWITCH_OFF = 10;
const DEFAULT_DATA_SOURCE = 'default';

/** What the surroundings provide when the options do not. */
export interface QueryTimingDefaults {
  readonly logger: QueryTimingLogger;
  readonly registry: MetricsRegistry | false;
}

interface GuardedSink {
  readonly part: InternalPart;
  readonly record: (query: QueryRecord) => void;
  faults: number;
}

/** The query timing of one DataSource: what the probes see goes from here to the sinks. */
export class QueryTiming implements StatementObserver {
  private readonly record: QueryRecord;
  private readonly faults = new InternalFaults();
  private readonly stats: QueryStats;
  private readonly sinks: readonly GuardedSink[];
  private readonly thresholdSeconds: number;
  private readonly detach: () => void;

  /** @throws TypeError naming every option that cannot work */
  constructor(dataSource: DataSource, name: string, options: QueryTimingOptions, defaults: QueryTimingDefaults) {
    validateOptions(options);
    this.thresholdSeconds = (options.slowQueryThresholdMs ?? DEFAULT_SLOW_QUERY_THRESHOLD_MS) / 1000;
    this.record = new QueryRecord(name, dialectOf(dataSource.options.type));
    this.stats = new QueryStats();

    const sinks: GuardedSink[] = [];
    const undo: (() => void)[] = [];
    const enabled = options.enabled ?? true;
    if (options.collectStats ?? true) {
      sinks.push({ part: 'statistics', record: (query) => this.stats.record(query), faults: 0 });
    }
    const registry = options.registry ?? defaults.registry;
    if (registry && enabled) {
      const collector = RegistryCollector.of(registry, options.metricPrefix ?? DEFAULT_METRIC_PREFIX, DEFAULT_BUCKETS);
      const metrics = new QueryMetrics(collector.bounds, this.faults.counts);
      undo.push(collector.publish(metrics.table, name === DEFAULT_DATA_SOURCE ? {} : { data_source: name }));
      sinks.push({ part: 'metrics', record: (query) => metrics.record(query), faults: 0 });
    }
    const log = new SlowQueryLog({
      logger: options.logger ?? defaults.logger,
      logAllQueries: options.logAllQueries ?? false,
      context: options.context,
    });
    sinks.push({ part: 'slow_query_log', record: (query) => log.record(query), faults: 0 });
    this.sinks = sinks;
    if (enabled) undo.push(attachSubscriber(dataSource, new QueryProbe(this)));
    this.detach = () => undo.splice(0).forEach((step) => step());
  }

  /** What has been seen since the start or the last {@link resetStats}. All zero with `collectStats: false`. */
  getSummary(): QueryStatsSummary {
    return this.stats.summary();
  }

  /** Starts the statistics anew. The metrics go on counting: Prometheus counters never fall. */
  resetStats(): void {
    this.stats.reset();
  }

  /** Stops the timing for good. The metrics keep what has been counted. Harmless the second time. */
  uninstall(): void {
    this.detach();
  }

  /** @internal */
  statementEnded(
    _runner: object,
    _timeline: Timeline,
    sql: string,
    parameters: unknown,
    start: number,
    end: number,
    queued: number,
    failed: boolean,
    error: unknown,
  ): void {
    const { record } = this;
    record.forget();
    record.sql = sql;
    record.parameters = parameters;
    record.typeIndex = queryTypeIndexOf(sql, record.dialect);
    record.seconds = end > start ? (end - start) / 1000 : 0;
    record.queuedSeconds = queued / 1000;
    record.failed = failed;
    record.error = error;
    record.errorClass = failed ? errorClassOf(error) : undefined;
    record.thresholdSeconds = this.thresholdSeconds;
    record.slow = record.seconds >= this.thresholdSeconds;
    for (const sink of this.sinks) {
      if (sink.faults >= FAULTS_BEFORE_SWITCH_OFF) continue;
      try {
        sink.record(record);
      } catch {
        sink.faults++;
        this.faults.add(sink.part);
      }
    }
    record.parameters = record.error = undefined;
  }

  /** @internal */
  probeFailed(): void {
    this.faults.add('query_probe');
  }
}

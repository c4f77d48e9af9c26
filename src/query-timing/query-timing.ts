import type { DataSource } from 'typeorm';
import type { capturePlans } from './explain/capture-plans';
import { plansAreSupportedOn, resolveExplainOptions } from './explain/explain-options';
import type { Plans } from './explain/plans';
import type { serverStatementsOf } from './explain/server/server-statements';
import { installedTiming } from './installed-timing';
import type { PoolReading } from './model/pool-reading';
import type { StatementPlan } from './model/statement-plan';
import { checkThreshold, type ResolvedOptions } from './options';
import { callProbe } from './probes/call-probe';
import { commentProbe } from './probes/comment-probe';
import { connectionProbe } from './probes/connection-probe';
import { followLifetime } from './probes/data-source-lifetime';
import { poolReaderOf } from './probes/pool-watch';
import { poolProbe } from './probes/pool-probe';
import type { Probe } from './probes/probe';
import { queryProbe } from './probes/query-probe';
import { StatementCompletion } from './probes/statement-completion';
import { streamProbe } from './probes/stream-probe';
import { TransactionProbe } from './probes/transaction-probe';
import type { ServerStatements } from './model/server-statements';
import { publishMetrics, type PublishedTable } from './publish';
import { InternalFaults } from './recorder/internal-faults';
import { CustomSinks, sinkName } from './recorder/custom-sinks';
import { QueryRecorder } from './recorder/query-recorder';
import type { RecordSink } from './recorder/record-sink';
import { observingSink, type StatementObserver } from './recorder/statement-observer';
import { SlowThreshold } from './recorder/slow-threshold';
import { Callers } from './scopes/callers/callers';
import { resolveScopeOptions } from './scopes/scope-options';
import { scopeStore } from './scopes/scope-store';
import { RelationNames } from './scopes/relations/relation-names';
import { TimingScopes } from './scopes/timing-scopes';
import { QueryMetrics } from './sinks/metrics/query-metrics';
import type { MetricsRegistry } from './sinks/metrics/registry-collector';
import { warn, type QueryTimingLogger } from './sinks/logger';
import { DebugLog } from './sinks/debug-log';
import { ScopeLog } from './sinks/scope-log';
import { SlowQueryLog } from './sinks/slow-query-log';
import { QueryStats, type QueryStatsSummary, type SummaryOptions } from './sinks/statistics';
import { dialectOf } from './sql/dialect';
import { QueryTypes } from './sql/query-type';

interface LoadedServer {
  readonly serverStatementsOf: typeof serverStatementsOf;
}
interface LoadedPlans {
  readonly capturePlans: typeof capturePlans;
}

const PROBES: readonly Probe[] = [queryProbe, streamProbe, callProbe, poolProbe, connectionProbe];

/** What the installation decides: with Nest or without, and for which DataSource. It must not refer to the DataSource. */
export interface InstallContext {
  readonly name: string;
  readonly logger: QueryTimingLogger;
  readonly registry: MetricsRegistry | false;
}

/** @internal What the page reads of a DataSource. */
export interface TimingView {
  readonly name: string;
  readonly driver: string;
  readonly stats: QueryStats;
  readonly summary: () => QueryStatsSummary;
  /** No readings where the driver has no readable pool. */
  readonly pools: () => readonly PoolReading[];
  /** Of a slow statement; undefined if none was captured. */
  readonly planOf: (fingerprint: string) => StatementPlan | undefined;
  /** Never rejects. */
  readonly server: () => Promise<ServerStatements>;
  /** Whether units of work are counted. */
  readonly scopes: boolean;
  /** @param identity of a sink that several DataSources have in common */
  readonly add: (sink: RecordSink, label: string, identity?: unknown) => void;
  readonly remove: (sink: RecordSink) => void;
}

/**
 * The query timing that is installed on one DataSource.
 *
 * @publicApi
 */
export class QueryTiming {
  private readonly faults: InternalFaults;
  private readonly recorder: QueryRecorder;
  private readonly completion: StatementCompletion;
  private readonly scopes: TimingScopes | undefined;
  private readonly unfollow: (() => void) | undefined;
  private readonly stats = new QueryStats();
  private readonly debugLog: DebugLog;
  private readonly plans: Plans | undefined;
  private readonly detachments: (() => void)[] = [];
  private published: PublishedTable | undefined;
  private uninstalled = false;
  private observers = 0;

  /** @internal Use `QueryTimingModule`, `installQueryTiming` or `installQueryTimingWithPrometheus`. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly options: ResolvedOptions,
    private readonly context: InstallContext,
  ) {
    this.faults = new InternalFaults((message, fields) => {
      warn(context.logger, message, { ...fields, data_source: context.name });
    });
    const driverType = dataSource.options.type;
    const dialect = dialectOf(driverType);
    const types = new QueryTypes(dialect);
    const callers = new Callers();
    this.recorder = new QueryRecorder(context.name, dialect, types, options, this.faults, callers);
    const transactions = TransactionProbe.for(driverType, dialect, types, this.recorder);
    const scopeOptions = resolveScopeOptions(options.scopes);
    this.scopes =
      scopeOptions &&
      new TimingScopes(this.recorder, scopeOptions, {
        dialect,
        names: new RelationNames(dataSource),
        callers,
        current: scopeStore,
      });
    this.unfollow = this.scopes && followLifetime(dataSource, this.scopes);
    const store = this.scopes && scopeStore;
    this.completion = new StatementCompletion(this.recorder, types, transactions, driverType, callers, store);
    this.plans = this.plansOf(options);
    const logOptions = { ...options, logger: context.logger, dataSource: context.name, plans: this.plans };
    this.debugLog = new DebugLog(logOptions);

    if (options.collectStats) this.recorder.add('statistics', this.stats);
    if (options.enabled) this.publish();
    this.recorder.add('slow_query_log', new SlowQueryLog(logOptions));
    this.recorder.add('slow_query_log', this.debugLog, 'debug');
    if (scopeOptions) this.recorder.add('slow_query_log', new ScopeLog(logOptions), 'scopes');
    if (this.plans) this.recorder.add('explain', this.plans);
    const customSinks = new CustomSinks(context.name);
    for (const sink of options.sinks) this.recorder.add('sink', customSinks.adapt(sink), sinkName(sink), sink);
    this.setLogAllQueries(options.logAllQueries);
    if (options.enabled) this.attach();
  }

  /**
   * Returns the statistics since the start or the last {@link resetStats}. With `collectStats: false`, all values are 0.
   *
   * @param options the order of `slowestQueries`: by `max` (the default), `total` or `calls`
   * @throws TypeError for any other order
   * @example
   * ```ts
   * import type { QueryTiming } from 'nestjs-query-timing';
   *
   * export function report(timing: QueryTiming): string {
   *   const { totalQueries, averageDurationMs, slowestQueries } = timing.getSummary({ sortBy: 'total' });
   *   return `${totalQueries} queries, ${averageDurationMs} ms on average, most time: ${slowestQueries[0]?.statement}`;
   * }
   * ```
   */
  getSummary(options: SummaryOptions = {}): QueryStatsSummary {
    this.recorder.flush();
    return this.stats.summary(options, this.plans);
  }

  /**
   * Resets the statistics. The metrics continue: Prometheus counters never decrease.
   *
   * @example
   * ```ts
   * import type { QueryTiming } from 'nestjs-query-timing';
   *
   * export async function countQueries(timing: QueryTiming, work: () => Promise<void>): Promise<number> {
   *   timing.resetStats();
   *   await work();
   *   return timing.getSummary().totalQueries;
   * }
   * ```
   */
  resetStats(): void {
    this.recorder.flush();
    this.stats.reset();
  }

  /**
   * Returns the statements of this process beside the figures of the server about them: those of `pg_stat_statements` on
   * PostgreSQL, of the digests in `performance_schema` on MySQL and MariaDB. It opens a connection beside the pool for it.
   *
   * Without those figures, `source` is undefined and `reason` says why. It never rejects.
   *
   * @example
   * ```ts
   * import type { QueryTiming } from 'nestjs-query-timing';
   *
   * export async function timeOutsideTheDatabase(timing: QueryTiming): Promise<string[]> {
   *   const { statements } = await timing.serverStatements();
   *   return statements.map(({ statement, meanMs, outsideMs }) => `${outsideMs} of ${meanMs} ms: ${statement}`);
   * }
   * ```
   */
  async serverStatements(): Promise<ServerStatements> {
    this.recorder.flush();
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on demand
    const { serverStatementsOf } = require('./explain/server/server-statements') as LoadedServer;
    return serverStatementsOf(this.dataSource, this.stats.knownStatements(), (sql) => this.recorder.normalised(sql));
  }

  /**
   * Replaces the slow-query threshold, for all statements.
   *
   * @param thresholdMs queries that take at least this many milliseconds are slow
   * @throws TypeError unless it is a number, 0 or more
   * @example
   * ```ts
   * import type { QueryTiming } from 'nestjs-query-timing';
   *
   * export const logFasterQueries = (timing: QueryTiming) => timing.setSlowQueryThreshold(20);
   * ```
   */
  setSlowQueryThreshold(thresholdMs: number): void {
    checkThreshold(thresholdMs);
    this.recorder.setThreshold(new SlowThreshold(thresholdMs));
  }

  /**
   * Turns the DEBUG line for every query on or off.
   *
   * @example
   * ```ts
   * import type { QueryTiming } from 'nestjs-query-timing';
   *
   * export function debugFor(timing: QueryTiming, ms: number): void {
   *   timing.setLogAllQueries(true);
   *   setTimeout(() => timing.setLogAllQueries(false), ms);
   * }
   * ```
   */
  setLogAllQueries(logAll: boolean): void {
    this.debugLog.isOn = logAll;
    this.updateFastLane();
  }

  /**
   * Attaches the timing to the DataSource or detaches it. While it is detached, queries cost nothing and are not counted;
   * earlier counts remain.
   *
   * @example
   * ```ts
   * import type { QueryTiming } from 'nestjs-query-timing';
   *
   * export async function withoutTiming(timing: QueryTiming, work: () => Promise<void>): Promise<void> {
   *   timing.setEnabled(false);
   *   await work().finally(() => timing.setEnabled(true));
   * }
   * ```
   */
  setEnabled(enabled: boolean): void {
    if (this.uninstalled) return;
    if (enabled) this.publish();
    if (enabled) this.attach();
    else this.detach();
  }

  /**
   * Removes the timing from the DataSource permanently. Counts remain in the metrics. A second call has no effect, except
   * that it can still forget.
   *
   * @param options `forget: true` also removes the series from the registry, unless another DataSource has the same labels:
   * for DataSources that do not come back, such as those of former tenants. The increase since the last scrape is lost,
   * and `rate()` ends with that scrape; where the name is used again, its counters start from 0. `sum(rate(…))` is right
   * then, `rate(sum(…))` is not.
   * @example
   * ```ts
   * import type { QueryTiming } from 'nestjs-query-timing';
   * import type { DataSource } from 'typeorm';
   *
   * export async function close(dataSource: DataSource, timing: QueryTiming): Promise<void> {
   *   timing.uninstall();
   *   await dataSource.destroy();
   * }
   * ```
   */
  uninstall({ forget = false }: { readonly forget?: boolean } = {}): void {
    if (!this.uninstalled) {
      this.uninstalled = true;
      this.detach();
      this.recorder.flush();
      this.published?.end();
      this.plans?.end();
      this.unfollow?.();
      this.recorder.betweenStatements(() => this.published?.publications.forEach((one) => one.suspend()));
      installedTiming.clear(this.dataSource);
    }
    if (forget) this.recorder.betweenStatements(() => this.published?.publications.forEach((one) => one.forget()));
  }

  /**
   * @internal For tests.
   * @returns the function that ends it; undefined if the timing is switched off
   */
  observe(observer: StatementObserver): (() => void) | undefined {
    if (this.detachments.length === 0) return undefined;
    const sink = observingSink(observer);
    const forgetCallers = this.completion.callers.observeAll();
    this.recorder.add('sink', sink, 'testing', observer);
    this.observers++;
    this.updateFastLane();
    return () => {
      this.observers--;
      this.updateFastLane();
      this.recorder.remove(sink);
      forgetCallers();
    };
  }

  /**
   * @internal For the page.
   * @returns what it reads, at any time
   */
  view(): TimingView {
    const { name } = this.context;
    const readPools = poolReaderOf(this.dataSource, {
      unreadable: () => undefined,
      failed: (error) => this.faults.add('pool_probe', error),
    });
    return {
      name,
      driver: this.dataSource.options.type,
      stats: this.stats,
      summary: () => this.getSummary(),
      pools: () => readPools?.() ?? [],
      planOf: (fingerprint) => this.plans?.planOf(fingerprint),
      server: () => this.serverStatements(),
      scopes: resolveScopeOptions(this.options.scopes) !== undefined,
      add: (sink, label, identity) => this.recorder.add('sink', sink, label, identity),
      remove: (sink) => this.recorder.remove(sink),
    };
  }

  private updateFastLane(): void {
    const needsRecords = this.debugLog.isOn || this.options.sinks.length > 0 || this.observers > 0;
    this.recorder.setFastLane(!needsRecords);
  }

  private plansOf({ explain, maxStatementLength }: ResolvedOptions): Plans | undefined {
    const options = resolveExplainOptions(explain);
    if (options === undefined || !plansAreSupportedOn(this.dataSource.options.type)) return undefined;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on demand
    const loaded = require('./explain/capture-plans') as LoadedPlans;
    return loaded.capturePlans(this.dataSource, options, {
      ...this.context,
      maxStatementLength,
      failed: (error) => this.faults.add('explain', error),
    });
  }

  private attach(): void {
    if (this.detachments.length > 0) return;
    this.scopes?.attach();
    const probes = this.options.comments ? [...PROBES, commentProbe] : PROBES;
    for (const probe of probes) this.detachments.push(probe(this.dataSource, this.completion));
  }

  private detach(): void {
    for (const detach of this.detachments.splice(0).reverse()) detach();
    this.scopes?.detach();
    this.completion.forget();
  }

  private publish(): void {
    const { dataSource, options, faults, recorder } = this;
    const { name, logger, registry } = this.context;
    if (this.published || (!registry && options.metricProducers.length === 0)) return;
    const report = (message: string) => warn(logger, message);
    this.published = publishMetrics(dataSource, { name, options, registry, faults, recorder, warn: report });
    recorder.add('metrics', new QueryMetrics(this.published.table, options.exemplars), undefined, registry);
  }
}

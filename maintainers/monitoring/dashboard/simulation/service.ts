import { DEFAULT_BUCKETS } from '../../../../src/query-timing/sinks/metrics/histogram-rows';
import { ERROR_CLASSES } from '../../../../src/query-timing/sql/errors/classes';
import { QUERY_TYPES } from '../../../../src/query-timing/sql/query-type';
import type { Chance } from './chance';
import { around, meanOf, mixed, shareUpTo, type Durations } from './durations';
import type { Exposition } from './exposition';
import { simulateProcess } from './process';
import { ROUTES, scopeOf, STATEMENTS, type Route } from './requests';
import type { Conditions } from './scenarios';

const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The settings of the service. */
const SLOW_SECONDS = 0.1;
const TIMEOUT_SECONDS = 5;
const CONNECTIONS = 10;

const USUAL: Readonly<Record<string, Durations>> = {
  SELECT: around(0.003),
  INSERT: around(0.004),
  UPDATE: around(0.005),
  BEGIN: around(0.0004),
  COMMIT: around(0.002),
};
const WITH_A_BAD_PLAN = around(0.7, 0.6);
const REFUSED = around(0.003, 0.4);
/** The share of statements, or of requests, that fail. */
const FAILURES = { connection: 1 / 12_000, unique: 1 / 400, serverError: 1 / 4_000, clientError: 1 / 90 };

const durationsOf = (type: string, { slow }: Conditions): Durations =>
  type === 'SELECT' || type === 'UPDATE' ? mixed(USUAL[type]!, WITH_A_BAD_PLAN, slow) : USUAL[type]!;

/** One instance of the service: requests, and what they do to the database. */
export class SimulatedService {
  constructor(
    private readonly exposition: Exposition,
    private readonly chance: Chance,
  ) {
    exposition.set('up', 1);
    for (const query_type of ['SELECT', 'INSERT', 'UPDATE', 'CONNECT']) {
      for (const error_class of ERROR_CLASSES) exposition.add('db_query_errors_total', { query_type, error_class }, 0);
    }
    for (const query_type of QUERY_TYPES) this.count(query_type, 0, around(0.001), 0);
    for (const reason of ['timeout', 'refused', 'queue_full', 'other']) {
      exposition.add('db_pool_acquire_failures_total', { reason }, 0);
    }
    for (const reason of ['in_progress', 'event_loop', 'database_queue', 'exports']) {
      exposition.add('http_requests_refused_total', { reason }, 0);
    }
    for (const reason of ['serialization', 'deadlock', 'prepared_statement']) {
      exposition.add('unit_of_work_retries_total', { reason }, 0);
      exposition.add('unit_of_work_retries_exhausted_total', { reason }, 0);
    }
    for (const outcome of ['commit', 'rollback']) this.observe('db_transaction_duration_seconds', { outcome }, 0);
  }

  /** @param seconds since the last step, which end at `time` */
  step(conditions: Conditions, seconds: number, time: number): void {
    const totals: Record<string, number> = {};
    for (const route of ROUTES) {
      const requests = this.chance.about(route.perSecond * conditions.load * seconds);
      this.respond(route, requests, conditions);
      for (const [type, each] of Object.entries(route.statements)) totals[type] = (totals[type] ?? 0) + requests * each;
    }
    const started = conditions.isDown ? {} : totals;
    for (const [type, count] of Object.entries(started)) this.run(type, count, conditions, seconds);
    this.usePool(started, totals, conditions, seconds);
    const requests = ROUTES.reduce((sum, { perSecond }) => sum + perSecond * conditions.load, 0);
    const { isDown } = conditions;
    simulateProcess(this.exposition, this.chance, { seconds, time, requestsPerSecond: requests, isDown });
  }

  private respond(route: Route, requests: number, conditions: Conditions): void {
    const { method, statements } = route;
    const labels = { method, route: route.route };
    const failing = conditions.isDown ? requests : requests * FAILURES.serverError;
    const rejected = conditions.isDown ? 0 : requests * FAILURES.clientError;
    const number = Object.values(statements).reduce((sum, each) => sum + each, 0);
    const slow = 1 - (1 - conditions.slow) ** (statements.SELECT ?? 0);
    const durations = mixed(around(0.002 + 0.004 * number), WITH_A_BAD_PLAN, slow);
    const respond = (status_class: string, count: number, times: Durations) =>
      this.exposition.observe(
        'http_request_duration_seconds',
        { ...labels, status_class },
        count,
        times,
        REQUEST_BUCKETS,
      );
    respond('2xx', requests - failing - rejected, durations);
    respond('4xx', rejected, around(0.002));
    respond('5xx', failing, conditions.isDown ? REFUSED : durations);
    if (conditions.isDown) return;

    const scope = scopeOf(route);
    const spent = Object.entries(statements).reduce(
      (sum, [type, each]) => sum + each * meanOf(durationsOf(type, conditions)),
      0,
    );
    this.exposition.add('db_scope_statements_sum', { scope }, requests * number);
    this.exposition.add('db_scope_statements_count', { scope }, requests);
    this.exposition.add('db_scope_seconds_sum', { scope }, requests * spent);
    this.exposition.add('db_scope_seconds_count', { scope }, requests);
    const repeating = method === 'POST' ? 0.01 : 0;
    this.exposition.add('db_repeated_statements_total', { scope }, requests * repeating);
    this.exposition.add('db_query_budget_exceeded_total', { scope }, requests * repeating * 0.2);
  }

  private run(type: string, count: number, conditions: Conditions, seconds: number): void {
    const durations = durationsOf(type, conditions);
    const timeouts = count * (1 - shareUpTo(TIMEOUT_SECONDS, durations));
    this.count(type, count, durations, timeouts);
    const fail = (error_class: string, failures: number) =>
      this.exposition.add('db_query_errors_total', { query_type: type, error_class }, failures);
    fail('timeout', timeouts);
    if (type === 'INSERT') fail('unique', count * FAILURES.unique);
    if (type === 'SELECT') fail('connection', count * FAILURES.connection);
    if (type === 'UPDATE') fail('deadlock', 0.004 * conditions.blocked * seconds);
    for (const { fingerprint, statement, share, scope, caller, ...of } of STATEMENTS) {
      if (of.type !== type) continue;
      this.exposition.add('db_statement_calls_total', { fingerprint, statement }, count * share);
      this.exposition.add('db_statement_seconds_total', { fingerprint, statement }, count * share * meanOf(durations));
      this.exposition.set('db_statement_origin_info', 1, { fingerprint, scope, caller });
    }
    if (type !== 'COMMIT') return;
    const transaction = around(0.03 + 0.4 * conditions.slow, 0.6);
    this.observe('db_transaction_duration_seconds', { outcome: 'commit' }, count * 0.995, transaction);
    this.observe('db_transaction_duration_seconds', { outcome: 'rollback' }, count * 0.005, transaction);
    this.observe('db_transaction_idle_seconds', {}, count, around(0.006));
    this.exposition.add('unit_of_work_retries_total', { reason: 'deadlock' }, 0.004 * conditions.blocked * seconds);
    this.exposition.add(
      'unit_of_work_retries_exhausted_total',
      { reason: 'deadlock' },
      0.0004 * conditions.blocked * seconds,
    );
    this.exposition.add('outbox_events_sent_total', {}, count);
  }

  private count(query_type: string, count: number, durations: Durations, timeouts: number): void {
    this.exposition.add('db_queries_total', { query_type }, count);
    this.exposition.add('db_slow_queries_total', { query_type }, count * (1 - shareUpTo(SLOW_SECONDS, durations)));
    this.exposition.add('db_query_timeouts_total', { query_type }, timeouts);
    this.observe('db_query_duration_seconds', { query_type }, count, durations);
    this.observe('db_query_queue_seconds', {}, query_type === 'SELECT' ? count * 0.01 : 0, around(0.001));
  }

  private usePool(
    started: Readonly<Record<string, number>>,
    wanted: Readonly<Record<string, number>>,
    conditions: Conditions,
    seconds: number,
  ): void {
    const spent = Object.entries(started).reduce(
      (sum, [type, n]) => sum + n * meanOf(durationsOf(type, conditions)),
      0,
    );
    const usage = spent / seconds / CONNECTIONS;
    const excess = Math.max(0, usage - 0.5);
    const active = Math.min(CONNECTIONS, Math.round(usage * CONNECTIONS));
    const { exposition } = this;
    exposition.set('db_pool_max_connections', CONNECTIONS);
    exposition.set('db_pool_connections', conditions.isDown ? 0 : active, { state: 'active' });
    exposition.set('db_pool_connections', conditions.isDown ? 0 : CONNECTIONS - active, { state: 'idle' });
    exposition.set('db_pool_pending', conditions.isDown ? 0 : Math.round(this.chance.about(excess * 30, 0.4)));
    const attempts = (wanted.SELECT ?? 0) * 0.8;
    this.observe('db_pool_acquire_seconds', {}, attempts, conditions.isDown ? REFUSED : around(0.0004 + excess * 0.5));
    const dropped = excess * 0.4 * seconds;
    exposition.add('db_pool_acquire_failures_total', { reason: 'queue_full' }, dropped);
    exposition.add('http_requests_refused_total', { reason: 'database_queue' }, dropped);
    const refused = conditions.isDown ? attempts : 0;
    exposition.add('db_pool_acquire_failures_total', { reason: 'refused' }, refused);
    exposition.add('db_query_errors_total', { query_type: 'CONNECT', error_class: 'connection' }, refused);
  }

  private observe(metric: string, labels: Record<string, string>, count: number, durations = around(0.01)): void {
    this.exposition.observe(metric, labels, count, durations, DEFAULT_BUCKETS);
  }
}

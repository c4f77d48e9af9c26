import { budgetOf, percent, readObjectives, seconds } from '../../../../tools/monitoring/objectives';
import { histogram, type Workload } from '../workload';
import { spread } from './traffic';

const { latency, errors, requests } = readObjectives();

type Counters = Workload['counters'];

/** A service level objective, and what its alerts are about. */
export interface Level {
  /** Of its alerts. */
  readonly name: 'DatabaseLatency' | 'DatabaseError' | 'RequestLatency' | 'RequestError';
  /** As the texts of the alerts name them. */
  readonly of: 'queries' | 'requests';
  readonly budgetName: string;
  readonly budget: number;
  readonly what: string;
  readonly objective: string;
  /** The alerts need more bad ones than this. */
  readonly minBad: number;
  /** Work of which a share is bad in the sense of the objective. */
  readonly share: (perMinute: number, share: number) => Counters;
  /** All of it is bad, and counts neither as bad nor as good. */
  readonly ignored: (perMinute: number) => Counters;
}

const LATENCY = 'db_query_duration_seconds';
const EXPECTED = ['unique', 'constraint', 'data', 'cancelled', 'serialization', 'deadlock'];

const keep = (counters: Counters, pattern: RegExp): Counters =>
  Object.fromEntries(Object.entries(counters).filter(([series]) => pattern.test(series)));

/** Without any other bucket than that of the objective. */
const lateQueries = (perMinute: number, share: number, type = 'SELECT'): Counters => ({
  [`db_queries_total{query_type="${type}"}`]: perMinute,
  ...keep(histogram(LATENCY, spread(perMinute, 100 * (1 - share), '0.5'), `query_type="${type}"`), /le="0\.25"|_count/),
});
const failedQueries = (perMinute: number, share: number, type = 'SELECT'): Counters => ({
  [`db_queries_total{query_type="${type}"}`]: perMinute,
  [`db_query_errors_total{query_type="${type}",error_class="connection"}`]: perMinute * share,
  ...Object.fromEntries(
    EXPECTED.map((name) => [`db_query_errors_total{query_type="${type}",error_class="${name}"}`, perMinute / 8]),
  ),
});
const control = (counters: (type: string) => Counters): Counters => ({
  ...counters('BEGIN'),
  ...counters('COMMIT'),
  ...counters('ROLLBACK'),
});

const DURATION = 'http_request_duration_seconds';
const ROUTE = 'method="GET",route="/a/:id"';
const EXPORT = 'method="GET",route="/a/export"';

const responses = (perMinute: number, late = 0, status = '2xx', route = ROUTE): Counters => ({
  [`${DURATION}_bucket{${route},status_class="${status}",le="${requests.latency.threshold}"}`]: perMinute - late,
  [`${DURATION}_count{${route},status_class="${status}"}`]: perMinute,
});
const refused = (reason: string, perMinute: number): Counters => ({
  [`http_requests_refused_total{reason="${reason}"}`]: perMinute,
});

export const levels: readonly Level[] = [
  {
    name: 'DatabaseLatency',
    of: 'queries',
    budgetName: 'latency budget',
    budget: budgetOf(latency),
    what: `took more than ${seconds(latency.threshold)}`,
    objective: `${percent(latency.objective)} within ${seconds(latency.threshold)}`,
    minBad: 60,
    share: lateQueries,
    ignored: (perMinute) => control((type) => lateQueries(perMinute, 1, type)),
  },
  {
    name: 'DatabaseError',
    of: 'queries',
    budgetName: 'error budget',
    budget: budgetOf(errors),
    what: 'failed',
    objective: `${percent(errors.objective)} without a failure`,
    minBad: 60,
    share: failedQueries,
    ignored: (perMinute) => control((type) => failedQueries(perMinute, 1, type)),
  },
  {
    name: 'RequestLatency',
    of: 'requests',
    budgetName: 'request latency budget',
    budget: budgetOf(requests.latency),
    what: `took more than ${seconds(requests.latency.threshold)}`,
    objective: `${percent(requests.latency.objective)} within ${seconds(requests.latency.threshold)}`,
    minBad: 30,
    share: (perMinute, share) => responses(perMinute, perMinute * share),
    ignored: (perMinute) => ({
      ...responses(perMinute, perMinute, '5xx'),
      ...responses(perMinute, perMinute, '2xx', EXPORT),
    }),
  },
  {
    name: 'RequestError',
    of: 'requests',
    budgetName: 'request error budget',
    budget: budgetOf(requests.errors),
    what: 'failed',
    objective: `${percent(requests.errors.objective)} without a failure`,
    minBad: 30,
    // What is refused has no response.
    share: (perMinute, share) => ({
      ...responses(perMinute * (1 - share)),
      ...responses((perMinute * share) / 3, 0, '5xx'),
      ...refused('in_progress', (perMinute * share) / 3),
      ...refused('event_loop', (perMinute * share) / 3),
    }),
    ignored: (perMinute) => refused('exports', perMinute),
  },
];

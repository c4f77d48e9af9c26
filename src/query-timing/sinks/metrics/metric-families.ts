import { INTERNAL_PARTS } from '../../recorder/internal-faults';
import { ACQUISITION_FAILURE_REASONS } from '../../sql/acquisition-failure';
import { ERROR_CLASSES } from '../../sql/error-class';
import { QUERY_TYPES } from '../../sql/query-type';
import type { HistogramRows } from './histogram-rows';
import { ERROR_ROWS, OUTCOMES, POOL_FIGURES, POOL_ROWS, type Exemplar, type MetricsTable } from './metrics-table';
import type { Labels } from './series-labels';
import { OTHER_STATEMENTS, type StatementTotals } from './top-statements';

/** Determines which series exist, in addition to the fixed label values. */
export interface Shape {
  /** The rows of {@link POOL_ROWS} with series, ascending. */
  readonly poolRows: readonly number[];
  /** Those whose pools have been read. */
  readonly readablePoolRows: readonly number[];
  /** The names of scopes with series, by row; empty with scopes off. */
  readonly scopeNames: readonly string[];
}

interface Series {
  readonly labels: Labels;
}

export interface ScalarSeries extends Series {
  read(table: MetricsTable): number;
}

export interface HistogramSeries extends Series {
  /** Row of the histogram. */
  readonly row: number;
}

interface FamilyText {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
}

export interface ScalarFamily extends FamilyText {
  readonly type: 'counter' | 'gauge';
  series(shape: Shape): readonly ScalarSeries[];
}

export interface HistogramFamily extends FamilyText {
  readonly type: 'histogram';
  series(shape: Shape): readonly HistogramSeries[];
  histogram(table: MetricsTable): HistogramRows;
  exemplar?(table: MetricsTable, row: number, bucket: number): Exemplar | undefined;
}

/** One series per statement, up to the limit. Opt-in. */
export interface StatementFamily extends FamilyText {
  readonly type: 'counter' | 'gauge';
  readonly statements: (
    totals: readonly StatementTotals[],
  ) => readonly { readonly labels: Labels; readonly value: number }[];
}

export type MetricFamily = ScalarFamily | HistogramFamily | StatementFamily;

const COUNTER = 'counter';
const GAUGE = 'gauge';
const HISTOGRAM = 'histogram';
const WITHOUT_LABELS = [{ labels: {}, row: 0 }] as const;

const byType = (read: (table: MetricsTable, type: number) => number) => {
  const series = QUERY_TYPES.map((query_type, type) => ({
    labels: { query_type },
    read: (table: MetricsTable) => read(table, type),
  }));
  return () => series;
};

const errorsOf = (table: MetricsTable, row: number, index: number) => table.errors[row * ERROR_CLASSES.length + index]!;

const failuresOf = (table: MetricsTable, row: number, reason: number) =>
  table.failedAcquisitions[row * ACQUISITION_FAILURE_REASONS.length + reason]!;

const withRole = (row: number, labels: Labels): Labels => {
  const role = POOL_ROWS[row];
  return role === undefined ? labels : { ...labels, role };
};

/** One series per role of DataSources with replicas, one without that label of the others. */
const byPoolRow =
  (read: (table: MetricsTable, row: number) => number, labels: Labels = {}) =>
  ({ poolRows }: Pick<Shape, 'poolRows'>): ScalarSeries[] =>
    poolRows.map((row) => ({ labels: withRole(row, labels), read: (table) => read(table, row) }));

const poolFigure = (figure: (typeof POOL_FIGURES)[number], labels: Labels = {}) => {
  const index = POOL_FIGURES.indexOf(figure);
  const series = byPoolRow((table, row) => table.pool[row * POOL_FIGURES.length + index]!, labels);
  return ({ readablePoolRows }: Shape) => series({ poolRows: readablePoolRows });
};

const perStatement = (value: (totals: StatementTotals) => number) => (all: readonly StatementTotals[]) =>
  all.map((totals) => {
    const { fingerprint, statement } = totals;
    return { labels: { fingerprint, statement }, value: value(totals) };
  });

/** Every metric with every label set it can have. The list is fixed, whatever SQL arrives. */
export const METRIC_FAMILIES: readonly (ScalarFamily | HistogramFamily)[] = [
  {
    name: 'queries_total',
    help: 'Finished statements, successful or failed.',
    type: COUNTER,
    series: byType((table, type) => table.durations.count(type)),
  },
  {
    name: 'slow_queries_total',
    help: 'Statements at or above the slow-query threshold, including failed ones.',
    type: COUNTER,
    series: byType((table, type) => table.slow[type]!),
  },
  {
    name: 'query_duration_seconds',
    help: 'Execution time of statements, without waiting for other statements on the same connection.',
    type: HISTOGRAM,
    series: () => QUERY_TYPES.map((query_type, row) => ({ labels: { query_type }, row })),
    histogram: (table) => table.durations,
    exemplar: (table, row, bucket) => table.exemplars[row * (table.bounds.length + 1) + bucket],
  },
  {
    name: 'query_errors_total',
    help: 'Failed statements by error class. CONNECT: connections that could not be acquired, or were lost while no statement ran.',
    type: COUNTER,
    series: () =>
      ERROR_ROWS.flatMap((query_type, row) =>
        ERROR_CLASSES.map((error_class, index) => ({
          labels: { query_type, error_class },
          read: (table: MetricsTable) => errorsOf(table, row, index),
        })),
      ),
  },
  {
    name: 'query_timeouts_total',
    help: 'Statements that hit a timeout of the server or the driver.',
    type: COUNTER,
    series: byType((table, type) => errorsOf(table, type, ERROR_CLASSES.indexOf('timeout'))),
  },
  {
    name: 'query_queue_seconds',
    help: 'Time that statements waited for other statements on the same connection.',
    type: HISTOGRAM,
    series: () => WITHOUT_LABELS,
    histogram: (table) => table.queue,
  },
  {
    name: 'query_first_row_seconds',
    help: 'Time from the start of a stream to its first row.',
    type: HISTOGRAM,
    series: () => WITHOUT_LABELS,
    histogram: (table) => table.firstRow,
  },
  {
    name: 'query_streamed_rows_total',
    help: 'Rows read by streams.',
    type: COUNTER,
    series: () => [{ labels: {}, read: (table) => table.streamedRows[0]! }],
  },
  {
    name: 'pool_connections',
    help: 'Connections of the pool by state.',
    type: GAUGE,
    series: (shape) => [
      ...poolFigure('active', { state: 'active' })(shape),
      ...poolFigure('idle', { state: 'idle' })(shape),
    ],
  },
  {
    name: 'pool_max_connections',
    help: 'Maximum number of connections of the pool.',
    type: GAUGE,
    series: poolFigure('max'),
  },
  {
    name: 'pool_pending',
    help: 'Requests waiting for a connection of the pool.',
    type: GAUGE,
    series: poolFigure('pending'),
  },
  {
    name: 'pool_acquire_seconds',
    help: 'Time that requests waited for a connection of the pool, including failed requests.',
    type: HISTOGRAM,
    series: ({ poolRows }) => poolRows.map((row) => ({ labels: withRole(row, {}), row })),
    histogram: (table) => table.acquisitions,
  },
  {
    name: 'pool_acquire_failures_total',
    help: 'Failed requests for a connection of the pool by reason: timeout, refused, queue_full or other.',
    type: COUNTER,
    series: (shape) =>
      ACQUISITION_FAILURE_REASONS.flatMap((reason, index) =>
        byPoolRow((table, row) => failuresOf(table, row, index), { reason })(shape),
      ),
  },
  {
    name: 'pool_acquire_timeouts_total',
    help: 'Requests for a connection of the pool that failed because of a timeout.',
    type: COUNTER,
    series: byPoolRow((table, row) => failuresOf(table, row, ACQUISITION_FAILURE_REASONS.indexOf('timeout'))),
  },
  {
    name: 'transaction_duration_seconds',
    help: 'Duration of transactions, from BEGIN to the end of COMMIT or ROLLBACK.',
    type: HISTOGRAM,
    series: () => OUTCOMES.map((outcome, row) => ({ labels: { outcome }, row })),
    histogram: (table) => table.transactions,
  },
  {
    name: 'transaction_idle_seconds',
    help: 'Time in transactions during which no statement was running.',
    type: HISTOGRAM,
    series: () => WITHOUT_LABELS,
    histogram: (table) => table.transactionIdle,
  },
  {
    name: 'query_timing_internal_errors_total',
    help: 'Internal errors of the instrumentation; they never affect a query.',
    type: COUNTER,
    series: () =>
      INTERNAL_PARTS.map((part, index) => ({
        labels: { part },
        read: (table: MetricsTable) => table.internalErrors[index]!,
      })),
  },
];

/** Only with the option `topStatements`. */
export const STATEMENT_FAMILIES: readonly StatementFamily[] = [
  {
    name: 'statement_calls_total',
    help: 'Calls by normalised statement.',
    type: COUNTER,
    statements: perStatement(({ calls }) => calls),
  },
  {
    name: 'statement_seconds_total',
    help: 'Execution time by normalised statement.',
    type: COUNTER,
    statements: perStatement(({ seconds }) => seconds),
  },
  {
    name: 'statement_origin_info',
    help: 'Unit of work and line of code that sent a statement, the first that are known. Always 1.',
    type: GAUGE,
    statements: (all) =>
      all.flatMap(({ fingerprint, origin }) => (origin ? { labels: { fingerprint, ...origin }, value: 1 } : [])),
  },
  {
    name: 'statements_folded_total',
    help: 'Calls counted under the fingerprint "other".',
    type: COUNTER,
    statements: (all) => {
      const others = all.filter(({ fingerprint }) => fingerprint === OTHER_STATEMENTS);
      return others.map(({ calls }) => ({ labels: {}, value: calls }));
    },
  },
];

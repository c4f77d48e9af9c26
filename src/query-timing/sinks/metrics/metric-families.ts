import { ERROR_CLASSES } from '../../sql/error-class';
import { QUERY_TYPES } from '../../sql/query-type';
import { INTERNAL_PARTS } from '../../internal-faults';
import type { HistogramRows } from './histogram-rows';
import type { MetricsTable } from './metrics-table';

export type Labels = Readonly<Record<string, string>>;

export interface ScalarSeries {
  readonly labels: Labels;
  read(table: MetricsTable): number;
}

export interface HistogramSeries {
  readonly labels: Labels;
  readonly row: number;
}

interface Family {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
}

export interface CounterFamily extends Family {
  readonly type: 'counter';
  readonly series: readonly ScalarSeries[];
}

export interface HistogramFamily extends Family {
  readonly type: 'histogram';
  readonly series: readonly HistogramSeries[];
  histogram(table: MetricsTable): HistogramRows;
}

export type MetricFamily = CounterFamily | HistogramFamily;

const errorsOf = (type: number, errorClass: number) => type * ERROR_CLASSES.length + errorClass;
const TIMEOUT = ERROR_CLASSES.indexOf('timeout');

/** Every metric of the library with every label set it can ever have: that list is fixed, whatever SQL arrives. */
export const METRIC_FAMILIES: readonly MetricFamily[] = [
  {
    name: 'queries_total',
    help: 'Statements finished, however they ended.',
    type: 'counter',
    series: QUERY_TYPES.map((query_type, type) => ({
      labels: { query_type },
      read: (table) => table.durations.count(type),
    })),
  },
  {
    name: 'slow_queries_total',
    help: 'Statements that took at least the slow-query threshold, failed ones included.',
    type: 'counter',
    series: QUERY_TYPES.map((query_type, type) => ({ labels: { query_type }, read: (table) => table.slow[type]! })),
  },
  {
    name: 'query_duration_seconds',
    help: 'Execution time of a statement, without waiting behind another one on the same connection.',
    type: 'histogram',
    series: QUERY_TYPES.map((query_type, row) => ({ labels: { query_type }, row })),
    histogram: (table) => table.durations,
  },
  {
    name: 'query_errors_total',
    help: 'Statements that failed, by the class of their error.',
    type: 'counter',
    series: QUERY_TYPES.flatMap((query_type, type) =>
      ERROR_CLASSES.map((error_class, index) => ({
        labels: { query_type, error_class },
        read: (table: MetricsTable) => table.errors[errorsOf(type, index)]!,
      })),
    ),
  },
  {
    name: 'query_timeouts_total',
    help: 'Statements that the server or the driver ended because they took too long.',
    type: 'counter',
    series: QUERY_TYPES.map((query_type, type) => ({
      labels: { query_type },
      read: (table) => table.errors[errorsOf(type, TIMEOUT)]!,
    })),
  },
  {
    name: 'query_queue_seconds',
    help: 'Time a statement waited behind another one on the same connection.',
    type: 'histogram',
    series: [{ labels: {}, row: 0 }],
    histogram: (table) => table.queue,
  },
  {
    name: 'query_timing_internal_errors_total',
    help: 'Faults of the query timing itself. No query ever notices one.',
    type: 'counter',
    series: INTERNAL_PARTS.map((part, index) => ({ labels: { part }, read: (table) => table.internalErrors[index]! })),
  },
];

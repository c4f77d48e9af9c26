import { ValueType, type HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  type DataPoint,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import { countOf, type Measurements } from './measurements';
import { METRIC } from './semantic-conventions';
import type { Interval, SeriesHistory } from './series-history';

/** @returns the temporality of the metrics of an instrument, as an exporter or a reader prefers it */
export type TemporalitySelector = (instrument: InstrumentType) => AggregationTemporality;

const HISTOGRAM = InstrumentType.HISTOGRAM;
const COUNTER = InstrumentType.COUNTER;
const UP_DOWN_COUNTER = InstrumentType.UP_DOWN_COUNTER;

type Instrument = typeof HISTOGRAM | typeof COUNTER | typeof UP_DOWN_COUNTER;

/** Each metric, in the order of the conventions, and what it is. */
const METRICS = [
  [METRIC.operationDuration, HISTOGRAM],
  [METRIC.connectionCount, UP_DOWN_COUNTER],
  [METRIC.connectionLimit, UP_DOWN_COUNTER],
  [METRIC.pendingRequests, UP_DOWN_COUNTER],
  [METRIC.timeouts, COUNTER],
  [METRIC.waitTime, HISTOGRAM],
] as const;

/** The measurements in the form of the SDK. A metric without a series is left out. */
export function metricDataOf(
  measurements: Measurements,
  history: SeriesHistory,
  selectTemporality: TemporalitySelector,
  now: number,
): MetricData[] {
  return METRICS.flatMap(([metric, instrument]) => {
    const aggregationTemporality = selectTemporality(instrument);
    const kind = {
      delta: aggregationTemporality === AggregationTemporality.DELTA,
      monotonic: instrument !== UP_DOWN_COUNTER,
    };
    const intervals = [...measurements[metric.name].all]
      .map(([key, point]) => history.interval(`${metric.name} ${key}`, point, now, kind))
      .filter(({ values }) => !kind.delta || !kind.monotonic || values.some((value) => value !== 0));
    if (intervals.length === 0) return [];
    const descriptor = { ...metric, valueType: instrument === HISTOGRAM ? ValueType.DOUBLE : ValueType.INT };
    const { boundaries } = metric === METRIC.operationDuration ? measurements.durations : measurements.waits;
    return [{ descriptor, aggregationTemporality, ...dataOf(instrument, intervals, boundaries) } as MetricData];
  });
}

function dataOf(instrument: Instrument, intervals: readonly Interval[], boundaries: readonly number[]) {
  if (instrument === HISTOGRAM) {
    const dataPoints = intervals.map((interval) => dataPoint(interval, histogramOf(interval.values, boundaries)));
    return { dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = intervals.map((interval) => dataPoint(interval, interval.values[0]!));
  return { dataPointType: DataPointType.SUM, dataPoints, isMonotonic: instrument === COUNTER };
}

function histogramOf(values: readonly number[], boundaries: readonly number[]) {
  const counts = values.slice(0, -1);
  return { buckets: { boundaries: [...boundaries], counts }, sum: values.at(-1)!, count: countOf(values) };
}

function dataPoint<T>({ attributes, start, end }: Interval, value: T): DataPoint<T> {
  return { startTime: hrTimeOf(start), endTime: hrTimeOf(end), attributes, value };
}

function hrTimeOf(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}

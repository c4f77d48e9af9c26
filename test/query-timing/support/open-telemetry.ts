import type { Attributes } from '@opentelemetry/api';
import {
  MeterProvider,
  MetricReader,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';

/** A reader of the SDK with a MeterProvider, which a test asks. */
export class TestReader extends MetricReader {
  readonly meterProvider: MeterProvider;

  constructor(producer: MetricProducer) {
    super({ metricProducers: [producer] });
    this.meterProvider = new MeterProvider({ readers: [this] });
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  /** The metrics of the query timing by name. */
  async read(): Promise<ReadonlyMap<string, MetricData>> {
    const own = (await this.readAll()).get('nestjs-query-timing') ?? [];
    return new Map(own.map((metric) => [metric.descriptor.name, metric]));
  }

  /** All metrics by the name of their scope. */
  async readAll(): Promise<ReadonlyMap<string, readonly MetricData[]>> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    return new Map(resourceMetrics.scopeMetrics.map(({ scope, metrics }) => [scope.name, metrics]));
  }
}

export interface ReadPoint {
  readonly attributes: Attributes;
  readonly start: number;
  readonly end: number;
  readonly value: number | Histogram;
}

export const milliseconds = ([seconds, nanoseconds]: readonly [number, number]): number =>
  seconds * 1000 + nanoseconds / 1e6;

export function pointsOf(metric: MetricData | undefined): ReadPoint[] {
  const points = (metric?.dataPoints ?? []) as DataPoint<number | Histogram>[];
  return points.map(({ attributes, startTime, endTime, value }) => {
    return { attributes, start: milliseconds(startTime), end: milliseconds(endTime), value };
  });
}

/** The count of each operation by its name and error type, such as `SELECT` or `SELECT 42601`. */
export function operationCounts(metric: MetricData | undefined): Record<string, number> {
  return Object.fromEntries(
    pointsOf(metric).map(({ attributes, value }) => {
      const name = [attributes['db.operation.name'] ?? 'none', attributes['error.type'] ?? []].flat().join(' ');
      return [name, (value as Histogram).count];
    }),
  );
}

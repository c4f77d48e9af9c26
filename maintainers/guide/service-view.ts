import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { installQueryTiming } from '../../src/query-timing/core';
import type { MetricsMeasured } from './measurements';

/** The fields of a log line that a page shows. */
const SHOWN = ['operation', 'duration_ms', 'threshold_ms', 'query_type', 'statement', 'fingerprint'] as const;
const MAX_STATEMENT = 160;

/** Collects what the library reports about a DataSource: metrics and the slow-query log. */
export class ServiceView {
  private readonly registry = new Registry();
  private readonly slowLines: Record<string, unknown>[] = [];
  private readonly timing;

  constructor(dataSource: DataSource) {
    const logger = { warn: (entry: object) => void this.slowLines.push({ ...entry }) };
    this.timing = installQueryTiming(dataSource, { registry: this.registry, logger });
  }

  /** `db_queries_total`, by type. */
  async queries(): Promise<Record<string, number>> {
    return this.counter('db_queries_total');
  }

  /** @param ofOneRun what {@link queries} returned after the first run */
  async measured(ofOneRun: Record<string, number>): Promise<MetricsMeasured> {
    const queries = Object.entries(ofOneRun).filter(([, count]) => count > 0);
    const [first] = this.slowLines;
    return {
      queries: Object.fromEntries(queries),
      p95Ms: 1000 * quantile(0.95, await this.buckets()),
      slow: sum(await this.counter('db_slow_queries_total')),
      total: sum(await this.queries()),
      ...(first && { slowLog: Object.fromEntries(SHOWN.map((name) => [name, short(first[name])])) }),
    };
  }

  end(): void {
    this.timing.uninstall();
  }

  private async counter(name: string): Promise<Record<string, number>> {
    const { values } = await this.registry.getSingleMetric(name)!.get();
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels['query_type']), value]));
  }

  /** Cumulative counts by upper bound in seconds, over all types. */
  private async buckets(): Promise<Map<number, number>> {
    const { values } = await this.registry.getSingleMetric('db_query_duration_seconds')!.get();
    const buckets = new Map<number, number>();
    for (const { labels, value } of values) {
      if (labels['le'] === undefined) continue;
      const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      buckets.set(bound, (buckets.get(bound) ?? 0) + value);
    }
    return buckets;
  }
}

/** Like Prometheus: assumes that durations are spread evenly within a bucket. */
export function quantile(share: number, cumulative: ReadonlyMap<number, number>): number {
  const buckets = [...cumulative].sort(([a], [b]) => a - b);
  const rank = share * (buckets.at(-1)?.[1] ?? 0);
  let [lower, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= rank && count > below) {
      return bound === Infinity ? lower : lower + ((bound - lower) * (rank - below)) / (count - below);
    }
    [lower, below] = [bound, count];
  }
  return 0;
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((total, one) => total + one, 0);

const short = (value: unknown): unknown =>
  typeof value === 'string' && value.length > MAX_STATEMENT ? `${value.slice(0, MAX_STATEMENT)} …` : value;

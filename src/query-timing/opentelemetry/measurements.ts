import type { PoolRole } from '../model/completed-query';
import { POOL_FIGURES, POOL_ROWS, type MetricsTable } from '../sinks/metrics/metrics-table';
import { ACQUISITION_FAILURE_REASONS } from '../sql/acquisition-failure';
import { QUERY_TYPES } from '../sql/query-type';
import type { SeriesTotals } from '../sinks/metrics/series-group';
import { operationAttributes, poolAttributes } from './attributes';
import { Buckets } from './buckets';
import { Points } from './point';
import { ATTRIBUTE, DURATION_BOUNDARIES, METRIC } from './semantic-conventions';

const TIMEOUT = ACQUISITION_FAILURE_REASONS.indexOf('timeout');

/** Everything that is published, as of now: counts since each series began. */
export class Measurements {
  readonly [METRIC.operationDuration.name] = new Points();
  readonly [METRIC.connectionCount.name] = new Points();
  readonly [METRIC.connectionLimit.name] = new Points();
  readonly [METRIC.pendingRequests.name] = new Points();
  readonly [METRIC.timeouts.name] = new Points();
  readonly [METRIC.waitTime.name] = new Points();
  readonly durations: Buckets;
  readonly waits: Buckets;

  constructor(bounds: readonly number[]) {
    this.durations = Buckets.of(DURATION_BOUNDARIES, bounds);
    this.waits = new Buckets(bounds, bounds);
  }

  /** @param start when the DataSources of these totals began to be counted, in milliseconds since 1970 */
  add(totals: SeriesTotals, start: number): void {
    this.addOperations(totals, start);
    for (const row of totals.poolRows) this.addAcquisitions(totals, row, start);
    for (const row of totals.readablePoolRows) this.addPool(totals, row, start);
  }

  private addOperations({ table, labels }: SeriesTotals, start: number): void {
    const common = operationAttributes(labels);
    QUERY_TYPES.forEach((type, row) => {
      const attributes = type === 'OTHER' ? common : { ...common, [ATTRIBUTE.operation]: type };
      const succeeded = this.durations.valuesOf(table.durations, row);
      for (const { errorType, statusCode, durations } of table.failures?.all ?? []) {
        const failed = this.durations.valuesOf(durations, row);
        failed.forEach((value, i) => (succeeded[i]! -= value));
        const status = statusCode === undefined ? {} : { [ATTRIBUTE.status]: statusCode };
        this.addOperation({ ...attributes, ...status, [ATTRIBUTE.errorType]: errorType }, start, failed);
      }
      this.addOperation(attributes, start, succeeded);
    });
  }

  private addOperation(attributes: Parameters<Points['add']>[0], start: number, values: number[]): void {
    if (countOf(values) === 0) return;
    // A difference of sums may be less than nothing by a rounding error.
    values[values.length - 1] = Math.max(0, values.at(-1)!);
    this[METRIC.operationDuration.name].add(attributes, start, values);
  }

  private addAcquisitions({ table, labels }: SeriesTotals, row: number, start: number): void {
    const pool = poolAttributes(labels, roleOf(row));
    const waits = this.waits.valuesOf(table.acquisitions, row);
    if (countOf(waits) > 0) this[METRIC.waitTime.name].add(pool, start, waits);
    const timeouts = table.failedAcquisitions[row * ACQUISITION_FAILURE_REASONS.length + TIMEOUT]!;
    if (timeouts > 0) this[METRIC.timeouts.name].add(pool, start, [timeouts]);
  }

  private addPool({ table, labels }: SeriesTotals, row: number, start: number): void {
    const pool = poolAttributes(labels, roleOf(row));
    const counts = this[METRIC.connectionCount.name];
    counts.add({ ...pool, [ATTRIBUTE.state]: 'used' }, start, [poolFigure(table, row, 'active')]);
    counts.add({ ...pool, [ATTRIBUTE.state]: 'idle' }, start, [poolFigure(table, row, 'idle')]);
    this[METRIC.pendingRequests.name].add(pool, start, [poolFigure(table, row, 'pending')]);
    const limit = poolFigure(table, row, 'max');
    if (Number.isFinite(limit)) this[METRIC.connectionLimit.name].add(pool, start, [limit]);
  }
}

/** Of all buckets. */
export function countOf(values: readonly number[]): number {
  return values.slice(0, -1).reduce((sum, value) => sum + value, 0);
}

function roleOf(row: number): PoolRole | undefined {
  return POOL_ROWS[row];
}

function poolFigure(table: MetricsTable, row: number, figure: (typeof POOL_FIGURES)[number]): number {
  return table.pool[row * POOL_FIGURES.length + POOL_FIGURES.indexOf(figure)]!;
}

import type { QueryRecord } from '../../query-record';
import { ERROR_CLASSES } from '../../sql/error-class';
import { MetricsTable } from './metrics-table';

/** Counts into flat arrays; prom-client sees nothing of it until somebody scrapes. */
export class QueryMetrics {
  readonly table: MetricsTable;

  constructor(bounds: readonly number[], internalErrors: Float64Array) {
    this.table = new MetricsTable(bounds, internalErrors);
  }

  record(query: QueryRecord): void {
    const { table } = this;
    const type = query.typeIndex;
    table.durations.observe(type, query.seconds);
    if (query.slow) table.slow[type]! += 1;
    if (query.queuedSeconds > 0) table.queue.observe(0, query.queuedSeconds);
    if (query.errorClass !== undefined) {
      table.errors[type * ERROR_CLASSES.length + ERROR_CLASSES.indexOf(query.errorClass)]! += 1;
    }
  }
}

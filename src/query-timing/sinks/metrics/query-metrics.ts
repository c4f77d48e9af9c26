import type { PoolRole, TransactionOutcome } from '../../model/completed-query';
import type { QueryRecord } from '../../model/query-record';
import { ERROR_CLASSES } from '../../sql/error-class';
import { OUTCOMES, ROLES, type MetricsTable } from './metrics-table';

/** OpenMetrics allows 128 characters for all labels of an exemplar together. */
const MAX_TRACE_ID_LENGTH = 100;

/** Counts in flat arrays; prom-client is not involved until a scrape. */
export class QueryMetrics {
  constructor(
    private readonly table: MetricsTable,
    private readonly withExemplars: boolean,
  ) {}

  count(typeIndex: number, seconds: number, sql: string): boolean {
    const { durations, statements } = this.table;
    if (statements !== undefined && !statements.count(seconds, sql)) return false;
    durations.observe(typeIndex, seconds);
    return true;
  }

  record(query: QueryRecord): void {
    const { table } = this;
    const { typeIndex } = query;
    const bucket = table.durations.observe(typeIndex, query.seconds);
    if (query.slow) {
      table.slow[typeIndex]! += 1;
      if (this.withExemplars) this.keepExemplar(query, bucket);
    }
    if (query.queuedSeconds > 0) table.queue.observe(0, query.queuedSeconds);
    if (query.errorClass !== undefined) {
      table.errors[typeIndex * ERROR_CLASSES.length + ERROR_CLASSES.indexOf(query.errorClass)]! += 1;
    }
    if (query.stream !== undefined) {
      const { rows, firstRowSeconds } = query.stream;
      table.streamedRows[0]! += rows;
      if (firstRowSeconds !== undefined) table.firstRow.observe(0, firstRowSeconds);
    }
    table.statements?.record(query);
  }

  recordTransaction(outcome: TransactionOutcome, seconds: number, idleSeconds: number): void {
    this.table.transactions.observe(OUTCOMES.indexOf(outcome), seconds);
    this.table.transactionIdle.observe(0, idleSeconds);
  }

  recordAcquisition(role: PoolRole, seconds: number, failed: boolean): void {
    const row = ROLES.indexOf(role);
    this.table.acquisitions.observe(row, seconds);
    if (failed) this.table.failedAcquisitions[row]! += 1;
  }

  private keepExemplar(query: QueryRecord, bucket: number): void {
    const traceId = query.context?.traceId;
    if (traceId === undefined || traceId.length > MAX_TRACE_ID_LENGTH) return;
    const { exemplars, bounds } = this.table;
    const exemplar = { labelSet: { trace_id: traceId }, value: query.seconds, timestamp: Date.now() / 1000 };
    exemplars[query.typeIndex * (bounds.length + 1) + bucket] = exemplar;
  }
}

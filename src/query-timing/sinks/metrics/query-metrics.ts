import { wallClockNow } from '../../globals';
import type { PoolRole, TransactionOutcome } from '../../model/completed-query';
import type { KnownStatement } from '../../model/known-statement';
import type { QueryRecord } from '../../model/query-record';
import type { Scope } from '../../scopes/scope';
import { ACQUISITION_FAILURE_REASONS, type AcquisitionFailure } from '../../sql/acquisition-failure';
import { ERROR_CLASSES, type ErrorClass } from '../../sql/error-class';
import { responseStatusOf } from '../../sql/response-status';
import { OTHER_ERRORS, type FailureType } from './failure-table';
import { CONNECT_ROW, OUTCOMES, type MetricsTable } from './metrics-table';

/** OpenMetrics allows 128 characters for all labels of an exemplar together. */
const MAX_TRACE_ID_LENGTH = 100;

/** Counts in flat arrays; prom-client is not involved until a scrape. */
export class QueryMetrics {
  constructor(
    private readonly table: MetricsTable,
    private readonly withExemplars: boolean,
  ) {}

  get identifiesStatements(): boolean {
    return this.table.statements !== undefined;
  }

  count(known: KnownStatement, seconds: number): boolean {
    const { durations, statements } = this.table;
    if (statements !== undefined && !statements.count(known, seconds)) return false;
    durations.observe(known.typeIndex, seconds);
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
      this.countError(typeIndex, query.errorClass);
      table.failures?.observe(failureTypeOf(query.error, query.errorClass), typeIndex, query.seconds);
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

  recordAcquisition(role: PoolRole, seconds: number, _: boolean, failure: AcquisitionFailure | undefined): void {
    const row = this.table.poolRowOf(role);
    this.table.acquisitions.observe(row, seconds);
    if (failure === undefined) return;
    const reason = ACQUISITION_FAILURE_REASONS.indexOf(failure.reason);
    this.table.failedAcquisitions[row * ACQUISITION_FAILURE_REASONS.length + reason]! += 1;
    this.recordConnectionLost(failure.errorClass);
  }

  recordScope(scope: Scope): void {
    this.table.scopes?.record(scope);
  }

  recordConnectionLost(errorClass: ErrorClass): void {
    this.countError(CONNECT_ROW, errorClass);
  }

  private countError(row: number, errorClass: ErrorClass): void {
    this.table.errors[row * ERROR_CLASSES.length + ERROR_CLASSES.indexOf(errorClass)]! += 1;
  }

  private keepExemplar(query: QueryRecord, bucket: number): void {
    const traceId = query.context?.traceId;
    if (traceId === undefined || traceId.length > MAX_TRACE_ID_LENGTH) return;
    const { exemplars, bounds } = this.table;
    const exemplar = { labelSet: { trace_id: traceId }, value: query.seconds, timestamp: wallClockNow() / 1000 };
    exemplars[query.typeIndex * (bounds.length + 1) + bucket] = exemplar;
  }
}

function failureTypeOf(error: unknown, errorClass: ErrorClass): FailureType {
  const statusCode = responseStatusOf(error);
  return { errorType: statusCode ?? (errorClass === 'other' ? OTHER_ERRORS : errorClass), statusCode };
}

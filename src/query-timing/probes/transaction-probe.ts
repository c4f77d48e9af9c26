import type { AfterQueryEvent } from 'typeorm';
import type { TransactionOutcome } from '../model/completed-query';
import type { Observer, StatementReport } from '../recorder/observer';
import { endsTransaction } from '../sql/error-class';
import { BEGIN, QUERY_TYPES, type QueryTypeIndex } from '../sql/query-type';
import type { Timeline } from './timeline';

const COMMIT = QUERY_TYPES.indexOf('COMMIT');
const ROLLBACK = QUERY_TYPES.indexOf('ROLLBACK');

/** Drivers whose transactions are statements. Elsewhere BEGIN opens a block (Oracle), or the driver's API is used. */
const SUPPORTED_DRIVERS = new Set([
  'postgres',
  'cockroachdb',
  'mysql',
  'mariadb',
  'sqlite',
  'better-sqlite3',
  'sqljs',
  'cordova',
  'expo',
  'react-native',
]);

const TO_SAVEPOINT = /^\s*rollback\s+(?:work\s+|transaction\s+)?to\b/i;
const AND_CHAIN = /\band\s+chain\b/i;

/** Follows each connection from BEGIN to COMMIT or ROLLBACK. */
export class TransactionProbe {
  constructor(private readonly observer: Observer) {}

  static supports(driverType: string): boolean {
    return SUPPORTED_DRIVERS.has(driverType);
  }

  /** Fast lane. It is called for statements inside a transaction and for those that may begin or end one. */
  statementCompletedFast(timeline: Timeline, type: QueryTypeIndex, event: AfterQueryEvent, end: number): void {
    try {
      this.succeeded(timeline, type, event.query, timeline.start, end, event.rawResults);
    } catch {
      this.observer.probeFailed('transaction_probe');
    }
  }

  /** Full lane. */
  statementCompleted(timeline: Timeline, statement: StatementReport): void {
    try {
      const { typeIndex, sql, start, end, failed, result } = statement;
      if (failed) this.failed(timeline, statement);
      else this.succeeded(timeline, typeIndex, sql, start, end, result);
    } catch {
      this.observer.probeFailed('transaction_probe');
    }
  }

  private succeeded(
    timeline: Timeline,
    type: QueryTypeIndex,
    sql: string,
    start: number,
    end: number,
    result: unknown,
  ): void {
    const { transaction } = timeline;
    if (transaction === undefined) {
      // Several statements in one text have several results: it is unknown where such a transaction ends.
      if (type === BEGIN && !(Array.isArray(result) && result.length > 1)) {
        timeline.transaction = { start, busy: end - start };
      }
      return;
    }
    transaction.busy += end - start;
    if (type === COMMIT) this.ended(timeline, commandOf(result) === 'ROLLBACK' ? 'rollback' : 'commit', sql, end);
    else if (type === ROLLBACK && !TO_SAVEPOINT.test(sql)) this.ended(timeline, 'rollback', sql, end);
  }

  private failed(timeline: Timeline, { typeIndex, sql, start, end, error }: StatementReport): void {
    const { transaction } = timeline;
    if (transaction === undefined) return;
    transaction.busy += end - start;
    if (typeIndex === COMMIT || (typeIndex === ROLLBACK && !TO_SAVEPOINT.test(sql))) {
      this.ended(timeline, 'rollback', sql, end);
    } else if (typeIndex !== ROLLBACK && endsTransaction(error)) {
      this.ended(timeline, 'rollback', '', end);
    }
  }

  private ended(timeline: Timeline, outcome: TransactionOutcome, sql: string, end: number): void {
    const { start, busy } = timeline.transaction!;
    timeline.transaction = AND_CHAIN.test(sql) ? { start: end, busy: 0 } : undefined;
    this.observer.transactionEnded(outcome, end - start, Math.max(0, end - start - busy));
  }
}

/** PostgreSQL reports the COMMIT of a failed transaction with the command tag ROLLBACK. */
function commandOf(result: unknown): unknown {
  return (result as { command?: unknown } | null | undefined)?.command;
}

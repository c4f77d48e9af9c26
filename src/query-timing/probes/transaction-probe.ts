import type { TransactionOutcome } from '../model/completed-query';
import { errorClassOf } from '../sql/error-class';
import { BEGIN, QUERY_TYPES } from '../sql/query-type';
import type { Observer } from '../recorder/observer';
import type { Timeline } from './timeline';

const COMMIT = QUERY_TYPES.indexOf('COMMIT');
const ROLLBACK = QUERY_TYPES.indexOf('ROLLBACK');

/** Drivers whose transactions are statements. Elsewhere BEGIN opens a block (Oracle), or the driver's API is used. */
const BY_STATEMENTS = new Set([
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
    return BY_STATEMENTS.has(driverType);
  }

  statementEnded(
    timeline: Timeline,
    type: number,
    sql: string,
    start: number,
    end: number,
    failed: boolean,
    error: unknown,
    result: unknown,
  ): void {
    try {
      this.follow(timeline, type, sql, start, end, failed, error, result);
    } catch {
      this.observer.probeFailed('transaction_probe');
    }
  }

  private follow(
    timeline: Timeline,
    type: number,
    sql: string,
    start: number,
    end: number,
    failed: boolean,
    error: unknown,
    result: unknown,
  ): void {
    const { transaction } = timeline;
    if (transaction === undefined) {
      if (type !== BEGIN) return;
      // Several statements in one text have several results: nobody knows where such a transaction ends.
      if (failed || (Array.isArray(result) && result.length > 1)) return;
      timeline.transaction = { start, busy: end - start };
      return;
    }
    transaction.busy += end - start;
    if (type === COMMIT) {
      this.ended(timeline, failed || commandOf(result) === 'ROLLBACK' ? 'rollback' : 'commit', sql, end);
    } else if (type === ROLLBACK) {
      if (!TO_SAVEPOINT.test(sql)) this.ended(timeline, 'rollback', sql, end);
    } else if (failed && endsTransaction(error)) {
      this.ended(timeline, 'rollback', '', end);
    }
  }

  private ended(timeline: Timeline, outcome: TransactionOutcome, sql: string, end: number): void {
    const { start, busy } = timeline.transaction!;
    timeline.transaction = AND_CHAIN.test(sql) ? { start: end, busy: 0 } : undefined;
    this.observer.transactionEnded(outcome, end - start, Math.max(0, end - start - busy));
  }
}

const MYSQL_DEADLOCK = 1213;

/** With the connection goes its transaction; MySQL and MariaDB roll back the whole of one that is chosen in a deadlock. */
function endsTransaction(error: unknown): boolean {
  return (error as { errno?: unknown } | undefined)?.errno === MYSQL_DEADLOCK || errorClassOf(error) === 'connection';
}

/** PostgreSQL answers a COMMIT of a failed transaction with the command tag ROLLBACK. */
function commandOf(result: unknown): unknown {
  return (result as { command?: unknown } | null | undefined)?.command;
}

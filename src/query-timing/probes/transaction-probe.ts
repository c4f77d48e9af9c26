import type { TransactionOutcome } from '../model/completed-query';
import type { Observer, StatementReport } from '../recorder/observer';
import type { SqlDialect } from '../sql/dialect';
import { endsTransaction } from '../sql/error-class';
import { BEGIN, type QueryTypes } from '../sql/query-type';
import {
  effectOfCommands,
  NO_EFFECT,
  outcomesOf,
  TransactionEffects,
  UNKNOWN_BEGIN,
  type TransactionEffect,
  type TransactionLanguage,
} from '../sql/transaction-effect';
import type { OpenTransaction, Timeline } from './timeline';
import { transactionStatusOf, type TransactionStatus } from './transaction-status';

/** Drivers whose transactions are statements. Elsewhere BEGIN opens a block (Oracle), or the driver's API is used. */
const LANGUAGES: Readonly<Record<string, TransactionLanguage>> = {
  postgres: 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
  'better-sqlite3': 'sqlite',
  sqljs: 'sqlite',
  cordova: 'sqlite',
  expo: 'sqlite',
  'react-native': 'sqlite',
};

/**
 * Follows each connection from the beginning of a transaction to its end. Whether one is open is what the driver knows
 * from the server; where the driver does not say, the text of the statements decides.
 */
export class TransactionProbe {
  private readonly effects: TransactionEffects;
  private readonly status: TransactionStatus;
  /** The timelines with an open transaction. */
  private open = new WeakMap<object, Timeline>();
  /** Those that may not have begun: the server has not said so yet. */
  private readonly uncertain = new WeakSet<OpenTransaction>();

  private constructor(
    private readonly observer: Observer,
    private readonly types: QueryTypes,
    driverType: string,
    dialect: SqlDialect,
  ) {
    this.effects = new TransactionEffects(LANGUAGES[driverType]!, dialect);
    this.status = transactionStatusOf(driverType);
  }

  static supports(driverType: string): boolean {
    return LANGUAGES[driverType] !== undefined;
  }

  /** Undefined on a driver whose transactions cannot be followed. */
  static for(
    driverType: string,
    dialect: SqlDialect,
    types: QueryTypes,
    observer: Observer,
  ): TransactionProbe | undefined {
    return TransactionProbe.supports(driverType)
      ? new TransactionProbe(observer, types, driverType, dialect)
      : undefined;
  }

  /** True if it has to see every statement, also those that can neither begin nor end a transaction by their text. */
  get needsEveryStatement(): boolean {
    return this.status.anyBeginsByItself;
  }

  /**
   * Fast lane. Call it for statements inside a transaction and for those that may begin or end one.
   * @param isControl it may begin or end a transaction
   */
  statementCompletedFast(timeline: Timeline, isControl: boolean, sql: string, result: unknown, end: number): void {
    try {
      this.succeeded(timeline, isControl, sql, timeline.start, end, result);
    } catch (error) {
      this.observer.probeFailed('transaction_probe', error);
    }
  }

  /** Full lane. */
  statementCompleted(timeline: Timeline, statement: StatementReport): void {
    try {
      const { sql, start, end, failed, result } = statement;
      if (failed) this.failed(timeline, statement);
      else this.succeeded(timeline, true, sql, start, end, result);
    } catch (error) {
      this.observer.probeFailed('transaction_probe', error);
    }
  }

  /**
   * A connection has returned to its pool, or is gone. A transaction that was open on it has not been committed by the
   * one who began it.
   *
   * @returns the timeline whose transaction has ended
   */
  connectionReleased(connection: object, now: number): Timeline | undefined {
    const timeline = this.open.get(connection);
    if (timeline?.transaction === undefined) return undefined;
    if (this.uncertain.has(timeline.transaction)) {
      this.drop(timeline, timeline.transaction);
      return timeline;
    }
    // A statement that still runs is no idle time.
    if (timeline.open > 0) timeline.transaction.busy += Math.max(0, now - timeline.start);
    this.ended(timeline, timeline.transaction, 'rollback', now);
    return timeline;
  }

  /** Forgets the open transactions, because their ends will not be seen. */
  forget(): void {
    this.open = new WeakMap();
  }

  private succeeded(
    timeline: Timeline,
    isControl: boolean,
    sql: string,
    start: number,
    end: number,
    result: unknown,
  ): void {
    const { queryRunner } = timeline.event;
    const open = this.status.afterSuccess(queryRunner, result, timeline.open === 0);
    const effect = this.effectOf(isControl, sql, result, open);
    const { transaction } = timeline;
    if (transaction === undefined) {
      if (effect.whole && (open !== true || effect.begins === true)) {
        this.endedWithin(outcomesOf(effect, false), timeline, end - start);
      }
      if (this.hasBegun(effect, open, timeline, sql)) this.begin(timeline, start, end - start);
      return;
    }
    const { ends, begins, implicit, endsBefore, wholeBefore } = effect;
    if (ends === undefined || (implicit && open !== undefined)) {
      if (open === false) this.endedUnnoticed(timeline, transaction, sql, start, end);
      else transaction.busy += end - start;
    } else if (endsBefore !== undefined || wholeBefore !== undefined) {
      const [outcome, ...whole] = outcomesOf(effect, true);
      this.ended(timeline, transaction, outcome!, start);
      this.endedWithin(whole, timeline, end - start);
      if (open ?? begins === true) this.begin(timeline, end, 0);
    } else if (effect.endsFirst) {
      this.ended(timeline, transaction, ends, ends === 'rollback' ? transaction.failedAt || start : start);
      if (open ?? begins) this.begin(timeline, start, end - start);
    } else {
      transaction.busy += end - start;
      this.ended(timeline, transaction, commandOf(result) === 'ROLLBACK' ? 'rollback' : ends, end);
      if (open ?? begins === true) this.begin(timeline, end, 0);
    }
  }

  private effectOf(isControl: boolean, sql: string, result: unknown, open: boolean | undefined): TransactionEffect {
    if (this.status.isOfSeveral(result)) {
      const effect = effectOfCommands(result as readonly unknown[]) ?? this.effects.ofAll(sql);
      const isToSavepoint = effect.ends === 'rollback' && open === true && effect.begins !== true;
      return isToSavepoint ? UNKNOWN_BEGIN : effect;
    }
    return isControl ? this.effects.of(sql) : NO_EFFECT;
  }

  /** Whether a statement outside a transaction has begun one. Only the one that began it can say when. */
  private hasBegun({ begins }: TransactionEffect, open: boolean | undefined, timeline: Timeline, sql: string): boolean {
    if (open === false) return false;
    if (begins === true || (begins === 'unknown' && open === true)) return true;
    if (!this.status.beginsByItself(timeline.event.queryRunner)) return false;
    // Rows of a table: the driver does not say so, but its transaction is open.
    return open === true || (this.isData(sql) && /\bfrom\b/i.test(sql));
  }

  /** The status says that the transaction has ended, and the text does not say how. */
  private endedUnnoticed(
    timeline: Timeline,
    transaction: OpenTransaction,
    sql: string,
    start: number,
    end: number,
  ): void {
    const { failedAt } = transaction;
    if (!this.isData(sql)) {
      transaction.busy += end - start;
      this.ended(timeline, transaction, 'commit', end);
    } else if (failedAt > 0) {
      this.ended(timeline, transaction, 'rollback', failedAt);
    } else {
      this.ended(timeline, transaction, 'commit', start);
    }
  }

  /** Transactions that have begun and ended in one text. */
  private endedWithin(outcomes: readonly TransactionOutcome[], { scope }: Timeline, duration: number): void {
    for (const outcome of outcomes) this.observer.transactionEnded(outcome, duration, 0, scope);
  }

  private failed(timeline: Timeline, statement: StatementReport): void {
    const { sql, start, end, error } = statement;
    const { transaction } = timeline;
    if (transaction === undefined) {
      this.failedOutside(timeline, statement);
      return;
    }
    transaction.busy += end - start;
    const open = this.status.afterFailure(timeline.event.queryRunner);
    const outcome = open === false ? 'rollback' : open ? undefined : this.outcomeOfFailure(sql, error);
    if (outcome !== undefined) {
      this.ended(timeline, transaction, outcome, end);
      return;
    }
    transaction.failedAt = end;
    if (open !== undefined) return;
    this.status.onceKnown(timeline.event.queryRunner, (isOpen) => {
      if (isOpen !== false || timeline.transaction !== transaction || transaction.failedAt !== end) return;
      try {
        this.ended(timeline, transaction, 'rollback', end);
      } catch (problem) {
        this.observer.probeFailed('transaction_probe', problem);
      }
    });
  }

  /** In a text of several statements that begins a transaction, a later one has failed. */
  private failedOutside(timeline: Timeline, { sql, start, end }: StatementReport): void {
    if (!this.effects.beginsAndGoesOn(sql)) return;
    const { queryRunner } = timeline.event;
    const open = this.status.afterFailure(queryRunner);
    if (open === false) return;
    this.begin(timeline, start, end - start);
    if (open === true) return;
    const transaction = timeline.transaction!;
    const isKnownLater = this.status.onceKnown(queryRunner, (isOpen) => {
      this.uncertain.delete(transaction);
      if (isOpen === false && timeline.transaction === transaction) this.drop(timeline, transaction);
    });
    if (isKnownLater) this.uncertain.add(transaction);
  }

  private drop(timeline: Timeline, { connection }: OpenTransaction): void {
    timeline.transaction = undefined;
    if (connection) this.open.delete(connection);
  }

  /** How a failed statement has ended the transaction; undefined if it is still open. */
  private outcomeOfFailure(sql: string, error: unknown): TransactionOutcome | undefined {
    if (endsTransaction(error) || this.effects.rollsBackOnConflict(sql)) return 'rollback';
    const { ends, implicit, endsFirst } = this.effects.of(sql);
    if (ends === undefined || endsFirst || isSyntaxError(error)) return undefined;
    return implicit ? 'commit' : 'rollback';
  }

  private begin(timeline: Timeline, start: number, busy: number): void {
    const { databaseConnection } = timeline.event.queryRunner as { databaseConnection?: object | null };
    const connection = databaseConnection ?? undefined;
    timeline.transaction = { start, busy, failedAt: 0, connection, scope: timeline.scope };
    if (connection) this.open.set(connection, timeline);
  }

  private ended(timeline: Timeline, transaction: OpenTransaction, outcome: TransactionOutcome, at: number): void {
    const { start, busy, connection, scope } = transaction;
    timeline.transaction = undefined;
    if (connection) this.open.delete(connection);
    this.observer.transactionEnded(outcome, at - start, Math.max(0, at - start - busy), scope);
  }

  private isData(sql: string): boolean {
    return this.types.indexOf(sql) < BEGIN;
  }
}

/** PostgreSQL reports the COMMIT of a failed transaction with the command tag ROLLBACK. */
function commandOf(result: unknown): unknown {
  return (result as { command?: unknown } | null | undefined)?.command;
}

/** The server has not understood the statement, so it has not committed before running it. */
function isSyntaxError(error: unknown): boolean {
  const { code, errno } = (error ?? {}) as { code?: unknown; errno?: unknown };
  return errno === 1064 || code === '42601';
}

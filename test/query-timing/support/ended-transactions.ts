import type { TransactionOutcome } from '../../../src/query-timing/core';
import { QueryRecorder } from '../../../src/query-timing/recorder/query-recorder';

export interface EndedTransaction {
  readonly outcome: TransactionOutcome;
  /** Milliseconds. */
  readonly duration: number;
  readonly idle: number;
}

/** Every transaction that the probes report until the end of the test, on either lane: a custom sink would close one. */
export function endedTransactions(): EndedTransaction[] {
  const ended: EndedTransaction[] = [];
  const { transactionEnded } = QueryRecorder.prototype;
  jest.spyOn(QueryRecorder.prototype, 'transactionEnded').mockImplementation(function (
    this: QueryRecorder,
    outcome,
    duration,
    idle,
  ) {
    ended.push({ outcome, duration, idle });
    transactionEnded.call(this, outcome, duration, idle);
  });
  return ended;
}

export const outcomes = (ended: readonly EndedTransaction[]): TransactionOutcome[] =>
  ended.map(({ outcome }) => outcome);

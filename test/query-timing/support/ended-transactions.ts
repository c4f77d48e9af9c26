import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import type { TransactionOutcome } from '../../../src/query-timing/core';
import { QueryRecorder } from '../../../src/query-timing/recorder/query-recorder';
import { refused } from './watching';

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
    scope,
  ) {
    ended.push({ outcome, duration, idle });
    transactionEnded.call(this, outcome, duration, idle, scope);
  });
  return ended;
}

export const outcomes = (ended: readonly EndedTransaction[]): TransactionOutcome[] =>
  ended.map(({ outcome }) => outcome);

/** Time that belongs to no transaction. */
export const aGap = () => delay(20);

/** Runs a transaction that commits and expects nothing of the time before it in what is reported. */
export async function expectTheNextToBeAlone(ended: readonly EndedTransaction[], next: () => Promise<unknown>) {
  const before = ended.length;
  await aGap();
  const started = performance.now();
  await next();
  const elapsed = performance.now() - started;
  expect(outcomes(ended.slice(before))).toEqual(['commit']);
  expect(ended.at(-1)!.duration).toBeLessThanOrEqual(elapsed);
}

export const aTransaction = (runner: QueryRunner) => async () => {
  await runner.query('START TRANSACTION');
  await runner.query('SELECT 1');
  await runner.query('COMMIT');
};

export async function runAll(runner: QueryRunner, statements: readonly string[]) {
  for (const sql of statements) await refused(runner.query(sql));
}

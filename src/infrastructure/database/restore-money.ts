import { Money } from '../../domain/shared/money';

/** Stored amounts were valid when they were written. An invalid one is a bug, or a change by another program: it throws. */
export function restoreMoney(amount: number, currency: string): Money {
  return Money.of(amount, currency).match(
    (money) => money,
    ({ kind }) => {
      throw new Error(`The database contains an invalid amount of money: ${kind}.`);
    },
  );
}

import { Money } from '../../../domain/shared/money';

/** What was stored was valid. If it is not any more, the database was changed by something else: a bug, so it throws. */
export function restoreMoney(amount: number, currency: string): Money {
  return Money.of(amount, currency).match(
    (money) => money,
    ({ kind }) => {
      throw new Error(`The database holds money that is none: ${kind}.`);
    },
  );
}

import fc from 'fast-check';
import { Money } from '../../../src/domain/shared/money';
import { euros } from '../../support/ordering.mother';

const largest = Number.MAX_SAFE_INTEGER;

describe('money', () => {
  it.each([0, 1, 799, largest])('accepts an amount of %d minor units', (amount) => {
    expect(Money.of(amount, 'EUR')._unsafeUnwrap()).toMatchObject({ amount, currency: 'EUR' });
  });

  it.each([-1, 0.5, 7.99, Number.NaN, Number.POSITIVE_INFINITY, largest + 1])('rejects an amount of %d', (amount) => {
    expect(Money.of(amount, 'EUR')._unsafeUnwrapErr()).toEqual({ kind: 'invalid-amount', amount });
  });

  it.each(['EUR', 'USD', 'JPY', 'CHF'])('accepts the currency %s', (currency) => {
    expect(Money.of(1, currency).isOk()).toBe(true);
  });

  it.each(['', 'eur', 'EURO', 'ABC', 'EU\0', '€'])('rejects the currency "%s"', (currency) => {
    expect(Money.of(1, currency)._unsafeUnwrapErr()).toEqual({ kind: 'invalid-currency', currency });
  });

  it('refuses to add two currencies', () => {
    const yen = Money.of(900, 'JPY')._unsafeUnwrap();
    expect(euros(799).plus(yen)._unsafeUnwrapErr()).toEqual({
      kind: 'mixed-currencies',
      currencies: ['EUR', 'JPY'],
    });
  });

  it('adds and multiplies', () => {
    expect(euros(799).plus(euros(1))._unsafeUnwrap()).toEqual(euros(800));
    expect(euros(799).times(3)._unsafeUnwrap()).toEqual(euros(2_397));
  });

  it('is exact or refused for all sums and products', () => {
    const amount = fc.integer({ min: 0, max: largest });
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 1, max: 1_000_000_000 }), (one, other, quantity) => {
        const exactSum = BigInt(one) + BigInt(other);
        const exactMultiple = BigInt(one) * BigInt(quantity);
        const sum = euros(one).plus(euros(other));
        const multiple = euros(one).times(quantity);
        expect(sum.map((money) => BigInt(money.amount)).unwrapOr('refused')).toBe(
          exactSum <= largest ? exactSum : 'refused',
        );
        expect(multiple.map((money) => BigInt(money.amount)).unwrapOr('refused')).toBe(
          exactMultiple <= largest ? exactMultiple : 'refused',
        );
      }),
    );
  });

  it('refuses an amount that is too large', () => {
    expect(euros(largest).plus(euros(1))._unsafeUnwrapErr()).toEqual({ kind: 'amount-too-large' });
    expect(euros(largest).times(2)._unsafeUnwrapErr()).toEqual({ kind: 'amount-too-large' });
  });
});

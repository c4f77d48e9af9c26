import { err, ok, type Result } from 'neverthrow';

export type InvalidAmount = { readonly kind: 'invalid-amount'; readonly amount: number };
export type InvalidCurrency = { readonly kind: 'invalid-currency'; readonly currency: string };
export type MixedCurrencies = { readonly kind: 'mixed-currencies'; readonly currencies: readonly [string, string] };
export type AmountTooLarge = { readonly kind: 'amount-too-large' };

const iso4217 = new Set(Intl.supportedValuesOf('currency'));

/** An amount in the currency's minor unit (cents, yen), a whole number that is never negative. Immutable. */
export class Money {
  private constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}

  /** @param amount minor units, a whole number from 0 to `Number.MAX_SAFE_INTEGER`; @param currency ISO 4217 code */
  static of(amount: number, currency: string): Result<Money, InvalidAmount | InvalidCurrency> {
    if (!Number.isSafeInteger(amount) || amount < 0) return err({ kind: 'invalid-amount', amount });
    if (!iso4217.has(currency)) return err({ kind: 'invalid-currency', currency });
    return ok(new Money(amount, currency));
  }

  plus(other: Money): Result<Money, MixedCurrencies | AmountTooLarge> {
    return other.currency === this.currency
      ? this.withAmount(this.amount + other.amount)
      : err({ kind: 'mixed-currencies', currencies: [this.currency, other.currency] });
  }

  times(quantity: number): Result<Money, AmountTooLarge> {
    return this.withAmount(this.amount * quantity);
  }

  /** Beyond the safe integers JavaScript rounds, which money must not be. */
  private withAmount(amount: number): Result<Money, AmountTooLarge> {
    return Number.isSafeInteger(amount) ? ok(new Money(amount, this.currency)) : err({ kind: 'amount-too-large' });
  }
}

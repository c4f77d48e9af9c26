/** Minor units and ISO 4217 code. */
export interface MoneyView {
  readonly amount: number;
  readonly currency: string;
}

export const moneyView = ({ amount, currency }: MoneyView): MoneyView => ({ amount, currency });

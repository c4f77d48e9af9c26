import { err, ok, Result } from 'neverthrow';
import type { AmountTooLarge, MixedCurrencies, Money } from '../shared/money';
import { positiveQuantity, type InvalidQuantity } from '../shared/quantity';
import type { AlreadyCancelled, DuplicateLine, EmptyOrder } from './ordering.errors';
import type { Product } from './product';

export const orderStatuses = ['placed', 'cancelled'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  /** The price at the time of the order; later price changes do not affect it. */
  readonly unitPrice: Money;
}

export interface OrderState {
  readonly id: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  readonly status: OrderStatus;
  readonly placedAt: Date;
  /** 0 until it is stored for the first time; each save adds 1. */
  readonly version: number;
}

export interface RequestedLine {
  readonly product: Product;
  readonly quantity: number;
}

export type OrderRefused = EmptyOrder | DuplicateLine | InvalidQuantity | MixedCurrencies | AmountTooLarge;

/** An order as its customer sees it. Immutable: every change returns a new order or the reason for the refusal. */
export class Order implements OrderState {
  readonly id: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  readonly status: OrderStatus;
  readonly placedAt: Date;
  readonly version: number;

  private constructor(state: OrderState) {
    this.id = state.id;
    this.customerId = state.customerId;
    this.lines = state.lines;
    this.total = state.total;
    this.status = state.status;
    this.placedAt = state.placedAt;
    this.version = state.version;
  }

  static place(
    { id, customerId, placedAt }: Pick<OrderState, 'id' | 'customerId' | 'placedAt'>,
    requested: readonly RequestedLine[],
  ): Result<Order, OrderRefused> {
    return Result.combine(requested.map(toOrderLine))
      .andThen(rejectDuplicates)
      .andThen((lines) =>
        totalOf(lines).map(
          (total) => new Order({ id, customerId, lines, total, status: 'placed', placedAt, version: 0 }),
        ),
      );
  }

  /** From a store, which only holds valid state: no checks. */
  static restore(state: OrderState): Order {
    return new Order(state);
  }

  cancel(): Result<Order, AlreadyCancelled> {
    return this.status === 'cancelled'
      ? err({ kind: 'already-cancelled', orderId: this.id })
      : ok(new Order({ ...this, status: 'cancelled' }));
  }
}

function toOrderLine({ product, quantity }: RequestedLine): Result<OrderLine, InvalidQuantity> {
  return positiveQuantity(quantity).map((units) => ({ sku: product.sku, quantity: units, unitPrice: product.price }));
}

function rejectDuplicates(lines: OrderLine[]): Result<OrderLine[], DuplicateLine> {
  const seen = new Set<string>();
  for (const { sku } of lines) {
    if (seen.has(sku)) return err({ kind: 'duplicate-line', sku });
    seen.add(sku);
  }
  return ok(lines);
}

function totalOf(lines: readonly OrderLine[]): Result<Money, EmptyOrder | MixedCurrencies | AmountTooLarge> {
  return Result.combine(lines.map(({ unitPrice, quantity }) => unitPrice.times(quantity))).andThen(sumOf);
}

function sumOf([first, ...rest]: readonly Money[]): Result<Money, EmptyOrder | MixedCurrencies | AmountTooLarge> {
  if (!first) return err({ kind: 'empty-order' });
  return rest.reduce<Result<Money, MixedCurrencies | AmountTooLarge>>(
    (total, amount) => total.andThen((sum) => sum.plus(amount)),
    ok(first),
  );
}

import type { Order, OrderStatus } from '../../domain/ordering/order';
import type { Product } from '../../domain/ordering/product';
import { moneyView, type MoneyView } from '../shared/money.view';

export interface OrderView {
  readonly id: string;
  readonly status: OrderStatus;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: MoneyView }[];
  readonly total: MoneyView;
  /** ISO 8601 in UTC. */
  readonly placedAt: string;
  readonly version: number;
}

export interface ProductView {
  readonly sku: string;
  readonly name: string;
  readonly price: MoneyView;
  readonly stock: number;
  readonly version: number;
}

export function orderView({ id, status, lines, total, placedAt, version }: Order): OrderView {
  return {
    id,
    status,
    lines: lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice: moneyView(unitPrice) })),
    total: moneyView(total),
    placedAt: placedAt.toISOString(),
    version,
  };
}

export function productView({ sku, name, price, stock, version }: Product): ProductView {
  return { sku, name, price: moneyView(price), stock, version };
}

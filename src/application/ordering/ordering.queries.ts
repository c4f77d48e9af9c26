import type { ResultAsync } from 'neverthrow';
import type { OrderStatus } from '../../domain/ordering/order';
import type { Positioned } from '../shared/page';
import type { OrderView, ProductView } from './ordering.views';

/** Newest first; `id` orders those with the same time. In UTC with microseconds: `2026-01-02T03:04:05.678901Z`. */
export type OrderPosition = readonly [placedAt: string, id: string];
export type ProductPosition = readonly [sku: string];

export interface OrderListing {
  readonly customerId: string;
  readonly status?: OrderStatus;
  /** Orders after this one. */
  readonly after?: OrderPosition;
  /** Maximum number of rows. */
  readonly limit: number;
}

export interface ProductListing {
  readonly after?: ProductPosition;
  readonly limit: number;
}

/** Port: the read side of ordering. Bypasses the aggregates; each query is one statement, for any number of rows. */
export abstract class OrderingQueries {
  abstract findOrder(orderId: string, customerId: string): ResultAsync<OrderView | undefined, never>;
  abstract listOrders(listing: OrderListing): ResultAsync<Positioned<OrderView, OrderPosition>[], never>;
  /** Where the order is in the list of its customer. */
  abstract findOrderPosition(orderId: string, customerId: string): ResultAsync<OrderPosition | undefined, never>;
  abstract listProducts(listing: ProductListing): ResultAsync<Positioned<ProductView, ProductPosition>[], never>;
}

import type { ResultAsync } from 'neverthrow';
import type { OrderStatus } from '../../domain/ordering/order';
import type { OrderView, ProductView } from './ordering.views';

/** Newest first; `id` decides between orders of the same moment. */
export type OrderPosition = readonly [placedAt: string, id: string];
export type ProductPosition = readonly [sku: string];

export interface OrderListing {
  readonly customerId: string;
  readonly status?: OrderStatus;
  /** Orders after this one. */
  readonly after?: OrderPosition;
  /** Rows at most. */
  readonly limit: number;
}

export interface ProductListing {
  readonly after?: ProductPosition;
  readonly limit: number;
}

/** Port: what is shown of ordering. Reads skip the aggregates; each takes one statement, however many rows it answers. */
export abstract class OrderingQueries {
  abstract findOrder(orderId: string, customerId: string): ResultAsync<OrderView | undefined, never>;
  abstract listOrders(listing: OrderListing): ResultAsync<OrderView[], never>;
  /** All of them, newest first. Answered when the first is there; they hold a connection until they end or are ended. */
  abstract streamOrders(customerId: string): ResultAsync<AsyncIterable<OrderView>, never>;
  abstract listProducts(listing: ProductListing): ResultAsync<ProductView[], never>;
}

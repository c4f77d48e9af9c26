import type { ResultAsync } from 'neverthrow';
import type { Order } from './order';
import type { StaleVersion } from './ordering.errors';

/** Port: the orders, inside one transaction. */
export interface OrderRepository {
  /** Finds only the customer's own orders. */
  find(orderId: string, customerId: string): ResultAsync<Order | undefined, never>;
  /** Stores the order unless it has changed since it was read. @returns the order with its new version */
  save(order: Order): ResultAsync<Order, StaleVersion>;
}

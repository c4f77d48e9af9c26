import type { ResultAsync } from 'neverthrow';
import type { Order } from './order';
import type { StaleVersion } from './ordering.errors';

/** Port: the orders, inside one transaction. */
export interface OrderRepository {
  /** Only the customer's own: another's order is not there. */
  find(orderId: string, customerId: string): ResultAsync<Order | undefined, never>;
  /** Stores the order if nobody else stored it since it was read. @returns the order with its new version */
  save(order: Order): ResultAsync<Order, StaleVersion>;
}

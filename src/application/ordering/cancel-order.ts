import { Injectable } from '@nestjs/common';
import { err, ok, safeTry, type ResultAsync } from 'neverthrow';
import type { AlreadyCancelled, OrderNotFound, StaleVersion } from '../../domain/ordering/ordering.errors';
import { OrderingUnitOfWork, type OrderingTransaction } from './ordering.unit-of-work';
import { orderView, type OrderView } from './ordering.views';

export interface CancelOrderCommand {
  readonly orderId: string;
  readonly customerId: string;
}

export type CancelOrderError = OrderNotFound | AlreadyCancelled | StaleVersion;

/** Cancels an order and releases its stock, both or neither. */
@Injectable()
export class CancelOrder {
  constructor(private readonly unitOfWork: OrderingUnitOfWork) {}

  execute(command: CancelOrderCommand): ResultAsync<OrderView, CancelOrderError> {
    return this.unitOfWork.run((transaction) => cancel(transaction, command));
  }
}

function cancel(
  { orders, products }: OrderingTransaction,
  { orderId, customerId }: CancelOrderCommand,
): ResultAsync<OrderView, CancelOrderError> {
  return safeTry<OrderView, CancelOrderError>(async function* () {
    const order = yield* await orders.find(orderId, customerId);
    if (!order) return err({ kind: 'order-not-found', orderId } as const);
    // Saved before the stock changes: the second of two concurrent cancellations finds a stale version.
    const cancelled = yield* await orders.save(yield* order.cancel());
    const units = new Map(order.lines.map(({ sku, quantity }) => [sku, quantity]));
    const held = yield* await products.findForUpdate([...units.keys()]);
    yield* await products.save(held.map((product) => product.release(units.get(product.sku) ?? 0)));
    return ok(orderView(cancelled));
  });
}

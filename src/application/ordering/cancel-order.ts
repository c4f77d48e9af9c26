import { Injectable } from '@nestjs/common';
import { err, ok, safeTry, type ResultAsync } from 'neverthrow';
import type { AlreadyCancelled, OrderNotFound, StaleVersion } from '../../domain/ordering/ordering.errors';
import { Idempotency } from '../shared/idempotency';
import type { IdempotencyKeyReused } from '../shared/idempotency-keys';
import { OrderingUnitOfWork, type OrderingTransaction } from './ordering.unit-of-work';
import { orderView, type OrderView } from './ordering.views';

export interface CancelOrderCommand {
  readonly orderId: string;
  readonly customerId: string;
  /** Chosen by the client. Without one, a repeated request is refused: the order is cancelled already. */
  readonly idempotencyKey?: string;
}

export type CancelOrderError = OrderNotFound | AlreadyCancelled | StaleVersion | IdempotencyKeyReused;

export interface CancelledOrder {
  readonly order: OrderView;
  /** True when an earlier request with this key cancelled the order. */
  readonly repeated: boolean;
}

/** Cancels an order and releases its stock, both or neither. */
@Injectable()
export class CancelOrder {
  constructor(
    private readonly unitOfWork: OrderingUnitOfWork,
    private readonly idempotency: Idempotency,
  ) {}

  execute(command: CancelOrderCommand): ResultAsync<CancelledOrder, CancelOrderError> {
    return this.unitOfWork.run((transaction) => cancel(transaction, this.idempotency, command));
  }
}

function cancel(
  { orders, products, idempotencyKeys }: OrderingTransaction,
  idempotency: Idempotency,
  { orderId, customerId, idempotencyKey }: CancelOrderCommand,
): ResultAsync<CancelledOrder, CancelOrderError> {
  return safeTry<CancelledOrder, CancelOrderError>(async function* () {
    const request = ['cancel', orderId];
    const repeated = yield* await idempotency.claim(idempotencyKeys, { customerId, idempotencyKey, request });
    const order = yield* await orders.find(orderId, customerId);
    if (!order) return err({ kind: 'order-not-found', orderId } as const);
    if (repeated) return ok({ order: orderView(order), repeated });
    // Saved before the stock changes: the second of two concurrent cancellations finds a stale version.
    const cancelled = yield* await orders.save(yield* order.cancel());
    const units = new Map(order.lines.map(({ sku, quantity }) => [sku, quantity]));
    const held = yield* await products.findForUpdate([...units.keys()]);
    yield* await products.save(held.map((product) => product.release(units.get(product.sku) ?? 0)));
    return ok({ order: orderView(cancelled), repeated });
  });
}

import { Injectable } from '@nestjs/common';
import { err, ok, Result, safeTry, type ResultAsync } from 'neverthrow';
import { orderPlaced } from '../../domain/ordering/ordering.events';
import { Order, type OrderRefused, type RequestedLine } from '../../domain/ordering/order';
import type { InsufficientStock, StaleVersion, UnknownProduct } from '../../domain/ordering/ordering.errors';
import type { Product } from '../../domain/ordering/product';
import { Clock } from '../shared/clock';
import { IdGenerator } from '../shared/id-generator';
import { IdempotencyRetention, type IdempotencyKeyReused } from '../shared/idempotency-keys';
import { OrderingUnitOfWork, type OrderingTransaction } from './ordering.unit-of-work';
import { orderView, type OrderView } from './ordering.views';

export interface PlaceOrderCommand {
  readonly customerId: string;
  /** Chosen by the client: the same key and lines give the same order, however often the request is sent. */
  readonly idempotencyKey: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

export type PlaceOrderError = OrderRefused | UnknownProduct | InsufficientStock | StaleVersion | IdempotencyKeyReused;

export interface PlacedOrder {
  readonly order: OrderView;
  /** True when an earlier request with this key placed the order. */
  readonly repeated: boolean;
}

/** Places an order, reserves its stock and announces it: all or nothing. */
@Injectable()
export class PlaceOrder {
  constructor(
    private readonly unitOfWork: OrderingUnitOfWork,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
    private readonly retention: IdempotencyRetention,
  ) {}

  execute(command: PlaceOrderCommand): ResultAsync<PlacedOrder, PlaceOrderError> {
    const orderId = this.ids.next();
    const now = this.clock.now();
    return this.unitOfWork.run((transaction) => this.place(transaction, command, orderId, now));
  }

  private place(
    { orders, products, idempotencyKeys, events }: OrderingTransaction,
    { customerId, idempotencyKey, lines }: PlaceOrderCommand,
    orderId: string,
    now: Date,
  ): ResultAsync<PlacedOrder, PlaceOrderError> {
    const expiresAt = new Date(now.getTime() + this.retention.milliseconds);
    const fingerprint = JSON.stringify(lines.map(({ sku, quantity }) => [sku, quantity]));
    return safeTry<PlacedOrder, PlaceOrderError>(async function* () {
      const claim = yield* await idempotencyKeys.claim({
        customerId,
        key: idempotencyKey,
        fingerprint,
        resourceId: orderId,
        now,
        expiresAt,
      });
      if (claim.kind === 'reused-for-another-request')
        return err({ kind: 'idempotency-key-reused', idempotencyKey } as const);
      if (claim.kind === 'repeated') {
        const order = yield* await orders.find(claim.resourceId, customerId);
        if (!order) throw new Error(`No order exists for the stored idempotency key: ${claim.resourceId}`);
        return ok({ order: orderView(order), repeated: true });
      }
      const found = yield* await products.findForUpdate([...new Set(lines.map(({ sku }) => sku))]);
      const { order, reserved } = yield* reserve({ id: orderId, customerId, placedAt: now }, lines, found);
      yield* await products.save(reserved);
      const placed = yield* await orders.save(order);
      events.publish(orderPlaced(placed));
      return ok({ order: orderView(placed), repeated: false });
    });
  }
}

/** The domain decision: the new order, and the products with its units reserved. */
function reserve(
  order: Pick<Order, 'id' | 'customerId' | 'placedAt'>,
  lines: PlaceOrderCommand['lines'],
  products: readonly Product[],
): Result<{ order: Order; reserved: Product[] }, OrderRefused | UnknownProduct | InsufficientStock> {
  return safeTry(function* () {
    const requested = yield* withProducts(lines, products);
    const placed = yield* Order.place(order, requested);
    const reserved = yield* Result.combine(requested.map(({ product, quantity }) => product.reserve(quantity)));
    return ok({ order: placed, reserved });
  });
}

function withProducts(
  lines: PlaceOrderCommand['lines'],
  products: readonly Product[],
): Result<RequestedLine[], UnknownProduct> {
  const bySku = new Map(products.map((product) => [product.sku, product]));
  return Result.combine(
    lines.map(({ sku, quantity }): Result<RequestedLine, UnknownProduct> => {
      const product = bySku.get(sku);
      return product ? ok({ product, quantity }) : err({ kind: 'unknown-product', sku });
    }),
  );
}

import type { OrderRepository } from '../../domain/ordering/order.repository';
import type { ProductRepository } from '../../domain/ordering/product.repository';
import type { EventPublisher } from '../shared/event-publisher';
import type { IdempotencyKeys } from '../shared/idempotency-keys';
import { UnitOfWork } from '../shared/unit-of-work';

export interface OrderingTransaction {
  readonly orders: OrderRepository;
  readonly products: ProductRepository;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly events: EventPublisher;
}

/** Port: both aggregates of ordering, their events and the idempotency keys, in one transaction. */
export abstract class OrderingUnitOfWork extends UnitOfWork<OrderingTransaction> {}

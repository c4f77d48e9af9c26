import { err, okAsync, ResultAsync } from 'neverthrow';
import type { EntityManager } from 'typeorm';
import { Order } from '../../../domain/ordering/order';
import type { OrderRepository } from '../../../domain/ordering/order.repository';
import type { StaleVersion } from '../../../domain/ordering/ordering.errors';
import { OrderLineRecord, OrderRecord, type OrderRow } from './ordering.records';
import { restoreMoney } from './restore-money';

export class TypeOrmOrderRepository implements OrderRepository {
  constructor(private readonly manager: EntityManager) {}

  find(orderId: string, customerId: string): ResultAsync<Order | undefined, never> {
    const row = this.manager.findOne(OrderRecord, {
      where: { id: orderId, customerId },
      relations: { lines: true },
      order: { lines: { lineNumber: 'ASC' } },
    });
    return ResultAsync.fromSafePromise(row).map((found) => (found ? toOrder(found) : undefined));
  }

  save(order: Order): ResultAsync<Order, StaleVersion> {
    const stored = Order.restore({ ...order, version: order.version + 1 });
    return (order.version === 0 ? this.insert(stored) : this.update(stored)).map(() => stored);
  }

  private insert(order: Order): ResultAsync<void, never> {
    const { id, customerId, status, total, placedAt, version } = order;
    const row = { id, customerId, status, totalAmount: total.amount, currency: total.currency, placedAt, version };
    const lines = order.lines.map(({ sku, quantity, unitPrice }, index) => ({
      orderId: id,
      lineNumber: index + 1,
      sku,
      quantity,
      unitPrice: unitPrice.amount,
    }));
    return ResultAsync.fromSafePromise(this.manager.insert(OrderRecord, row))
      .andThen(() => ResultAsync.fromSafePromise(this.manager.insert(OrderLineRecord, lines)))
      .map(() => undefined);
  }

  /** Only its status can change. TypeORM's version column guards nothing on an update: the count of rows does. */
  private update({ id, status, version }: Order): ResultAsync<void, StaleVersion> {
    return ResultAsync.fromSafePromise(
      this.manager.update(OrderRecord, { id, version: version - 1 }, { status, version }),
    ).andThen(({ affected }) =>
      affected === 1 ? okAsync() : err({ kind: 'stale-version', of: 'order', id } as const),
    );
  }
}

function toOrder({ id, customerId, status, totalAmount, currency, placedAt, version, lines = [] }: OrderRow): Order {
  return Order.restore({
    id,
    customerId,
    status,
    placedAt,
    version,
    total: restoreMoney(totalAmount, currency),
    lines: lines.map(({ sku, quantity, unitPrice }) => ({
      sku,
      quantity,
      unitPrice: restoreMoney(unitPrice, currency),
    })),
  });
}

import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { EntityManager } from 'typeorm';
import { Order } from '../../../domain/ordering/order';
import type { OrderRepository } from '../../../domain/ordering/order.repository';
import type { StaleVersion } from '../../../domain/ordering/ordering.errors';
import { statement } from '../statement';
import { OrderEntity, type OrderRow } from './ordering.entity';
import { restoreMoney } from '../restore-money';

export class TypeOrmOrderRepository implements OrderRepository {
  constructor(private readonly manager: EntityManager) {}

  find(orderId: string, customerId: string): ResultAsync<Order | undefined, never> {
    const found = this.manager
      .findOne(OrderEntity, {
        where: { id: orderId, customerId },
        relations: { lines: true },
        order: { lines: { lineNumber: 'ASC' } },
      })
      .then((row) => (row ? toOrder(row) : undefined));
    return ResultAsync.fromSafePromise(found);
  }

  save(order: Order): ResultAsync<Order, StaleVersion> {
    const stored = Order.restore({ ...order, version: order.version + 1 });
    return new ResultAsync(order.version === 0 ? this.insert(stored) : this.update(stored));
  }

  /** The order and its lines in one statement: two tables, one round trip. */
  private async insert(order: Order): Promise<Result<Order, never>> {
    const { id, customerId, status, total, placedAt, version, lines } = order;
    await statement<unknown>(
      this.manager,
      `WITH placed AS (
         INSERT INTO orders (id, customer_id, status, total_amount, currency, placed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
       )
       INSERT INTO order_lines (order_id, line_number, sku, quantity, unit_price)
       SELECT $1, line.number, line.sku, line.quantity, line.unit_price
         FROM unnest($8::text[], $9::bigint[], $10::bigint[])
              WITH ORDINALITY AS line (sku, quantity, unit_price, number)`,
      [
        id,
        customerId,
        status,
        total.amount,
        total.currency,
        placedAt,
        version,
        lines.map(({ sku }) => sku),
        lines.map(({ quantity }) => quantity),
        lines.map(({ unitPrice }) => unitPrice.amount),
      ],
    );
    return ok(order);
  }

  /** Only the status can change. TypeORM does not check a version column on update, so the number of affected rows does. */
  private async update(order: Order): Promise<Result<Order, StaleVersion>> {
    const { id, status, version } = order;
    const { affected } = await this.manager.update(OrderEntity, { id, version: version - 1 }, { status, version });
    return affected === 1 ? ok(order) : err({ kind: 'stale-version', of: 'order', id });
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

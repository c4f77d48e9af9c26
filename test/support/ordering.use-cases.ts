import { okAsync, type ResultAsync } from 'neverthrow';
import {
  OrderingQueries,
  type OrderListing,
  type OrderPosition,
  type ProductListing,
  type ProductPosition,
} from '../../src/application/ordering/ordering.queries';
import type { OrderView, ProductView } from '../../src/application/ordering/ordering.views';
import { Clock } from '../../src/application/shared/clock';
import type { Positioned } from '../../src/application/shared/page';
import { IdGenerator } from '../../src/application/shared/id-generator';
import { Idempotency } from '../../src/application/shared/idempotency';

/** Only advances when the test advances it. */
export class FakeClock extends Clock {
  constructor(private time = new Date('2026-01-02T03:04:05.678Z')) {
    super();
  }

  now(): Date {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time = new Date(this.time.getTime() + milliseconds);
  }
}

/** Consecutive UUIDs: the first ends in 1. */
export class CountingIds extends IdGenerator {
  private last = 0;

  next(): string {
    this.last += 1;
    return `00000000-0000-7000-8000-${String(this.last).padStart(12, '0')}`;
  }
}

/** With its own clock and ids. */
export const anIdempotency = (): Idempotency =>
  new Idempotency(new CountingIds(), new FakeClock(), { milliseconds: 60_000 });

/** The read side, from two arrays in the order of the lists. */
export class InMemoryQueries extends OrderingQueries {
  constructor(
    private readonly shown: {
      readonly orders?: readonly (OrderView & { readonly customerId: string })[];
      readonly products?: readonly ProductView[];
    },
  ) {
    super();
  }

  findOrder(orderId: string, customerId: string): ResultAsync<OrderView | undefined, never> {
    return okAsync(this.ordersOf(customerId).find(({ id }) => id === orderId));
  }

  listOrders({
    customerId,
    status,
    after,
    limit,
  }: OrderListing): ResultAsync<Positioned<OrderView, OrderPosition>[], never> {
    const orders = this.ordersOf(customerId).filter((order) => status === undefined || order.status === status);
    const start = after ? orders.findIndex(({ id }) => id === after[1]) + 1 : 0;
    const rows = orders.slice(start, start + limit);
    return okAsync(rows.map((item) => ({ item, position: [item.placedAt.replace('Z', '000Z'), item.id] })));
  }

  findOrderPosition(orderId: string, customerId: string): ResultAsync<OrderPosition | undefined, never> {
    const order = this.ordersOf(customerId).find(({ id }) => id === orderId);
    return okAsync(order && [order.placedAt.replace('Z', '000Z'), order.id]);
  }

  listProducts({ after, limit }: ProductListing): ResultAsync<Positioned<ProductView, ProductPosition>[], never> {
    const products = this.shown.products ?? [];
    const start = after ? products.findIndex(({ sku }) => sku === after[0]) + 1 : 0;
    return okAsync(products.slice(start, start + limit).map((item) => ({ item, position: [item.sku] })));
  }

  private ordersOf(customer: string): OrderView[] {
    return (this.shown.orders ?? [])
      .filter(({ customerId }) => customerId === customer)
      .map(({ customerId: _, ...order }) => order);
  }
}

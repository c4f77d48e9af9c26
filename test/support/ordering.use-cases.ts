import { okAsync, type ResultAsync } from 'neverthrow';
import {
  OrderingQueries,
  type OrderListing,
  type OrderPosition,
  type ProductListing,
  type ProductPosition,
} from '../../src/application/ordering/ordering.queries';
import type { OrderView, ProductView } from '../../src/application/ordering/ordering.views';
import type { Positioned } from '../../src/application/shared/page';

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

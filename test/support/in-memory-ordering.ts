import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { OrderingUnitOfWork, type OrderingTransaction } from '../../src/application/ordering/ordering.unit-of-work';
import type { IdempotencyClaim } from '../../src/application/shared/idempotency-keys';
import { Order } from '../../src/domain/ordering/order';
import type { OrderRepository } from '../../src/domain/ordering/order.repository';
import type { ProductRepository } from '../../src/domain/ordering/product.repository';
import { Product } from '../../src/domain/ordering/product';
import type { DomainEvent } from '../../src/domain/shared/domain-event';
import { inMemoryIdempotencyKeys } from './in-memory-idempotency-keys';
import { InMemoryTransactions } from './in-memory-transactions';

type State = {
  orders: Map<string, Order>;
  products: Map<string, Product>;
  keys: Map<string, IdempotencyClaim>;
};

/** Replaces the database in tests that need none. */
export class InMemoryOrdering extends OrderingUnitOfWork {
  private readonly transactions = new InMemoryTransactions<State, OrderingTransaction>(
    { orders: new Map(), products: new Map(), keys: new Map() },
    ({ orders, products, keys }, events) => ({
      orders: inMemoryOrders(orders),
      products: inMemoryProducts(products),
      idempotencyKeys: inMemoryIdempotencyKeys(keys),
      events,
    }),
  );

  get published(): readonly DomainEvent[] {
    return this.transactions.published;
  }

  run<T, E>(work: (transaction: OrderingTransaction) => ResultAsync<T, E>): ResultAsync<T, E> {
    return this.transactions.run(work);
  }
}

function inMemoryOrders(orders: State['orders']): OrderRepository {
  return {
    find(orderId, customerId) {
      const order = orders.get(orderId);
      return okAsync(order?.customerId === customerId ? order : undefined);
    },
    save(order) {
      if ((orders.get(order.id)?.version ?? 0) !== order.version) {
        return errAsync({ kind: 'stale-version', of: 'order', id: order.id });
      }
      const stored = Order.restore({ ...order, version: order.version + 1 });
      orders.set(order.id, stored);
      return okAsync(stored);
    },
  };
}

function inMemoryProducts(products: State['products']): ProductRepository {
  return {
    findForUpdate: (skus) => okAsync([...skus].sort().flatMap((sku) => products.get(sku) ?? [])),
    save(changed) {
      const stale = changed.find(({ sku, version }) => (products.get(sku)?.version ?? 0) !== version);
      if (stale) return errAsync({ kind: 'stale-version', of: 'product', id: stale.sku });
      const stored = changed.map((product) => Product.restore({ ...product, version: product.version + 1 }));
      for (const product of stored) products.set(product.sku, product);
      return okAsync(stored);
    },
  };
}

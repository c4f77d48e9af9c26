import { errAsync, okAsync, ResultAsync, type Result } from 'neverthrow';
import { OrderingUnitOfWork, type OrderingTransaction } from '../../src/application/ordering/ordering.unit-of-work';
import type { IdempotencyClaim, IdempotencyKeys } from '../../src/application/shared/idempotency-keys';
import { Order } from '../../src/domain/ordering/order';
import type { OrderRepository } from '../../src/domain/ordering/order.repository';
import type { ProductRepository } from '../../src/domain/ordering/product.repository';
import { Product } from '../../src/domain/ordering/product';

interface State {
  orders: Map<string, Order>;
  products: Map<string, Product>;
  keys: Map<string, IdempotencyClaim>;
}

/** The database of tests that need none. One transaction at a time, on a copy that replaces the original on success. */
export class InMemoryOrdering extends OrderingUnitOfWork {
  private state: State = { orders: new Map(), products: new Map(), keys: new Map() };
  private queue: Promise<unknown> = Promise.resolve();

  run<T, E>(work: (transaction: OrderingTransaction) => ResultAsync<T, E>): ResultAsync<T, E> {
    const turn = this.queue.then(() => this.runAlone(work));
    this.queue = turn.catch(() => undefined);
    return new ResultAsync(turn);
  }

  private async runAlone<T, E>(work: (transaction: OrderingTransaction) => ResultAsync<T, E>): Promise<Result<T, E>> {
    const { orders, products, keys } = this.state;
    const copy: State = { orders: new Map(orders), products: new Map(products), keys: new Map(keys) };
    const result = await work({
      orders: inMemoryOrders(copy.orders),
      products: inMemoryProducts(copy.products),
      idempotencyKeys: inMemoryKeys(copy.keys),
    });
    if (result.isOk()) this.state = copy;
    return result;
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

function inMemoryKeys(keys: State['keys']): IdempotencyKeys {
  return {
    claim(claim) {
      const id = JSON.stringify([claim.customerId, claim.key]);
      const held = keys.get(id);
      if (!held || held.expiresAt <= claim.now) {
        keys.set(id, claim);
        return okAsync({ kind: 'claimed' });
      }
      return okAsync(
        held.fingerprint === claim.fingerprint
          ? { kind: 'repeated', resourceId: held.resourceId }
          : { kind: 'reused-for-another-request' },
      );
    },
  };
}

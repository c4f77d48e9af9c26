import { randomUUID } from 'node:crypto';
import type { OrderingUnitOfWork } from '../../src/application/ordering/ordering.unit-of-work';
import type { PlaceOrderCommand } from '../../src/application/ordering/place-order';
import { Order } from '../../src/domain/ordering/order';
import { Product, type ProductState } from '../../src/domain/ordering/product';
import { Money } from '../../src/domain/shared/money';

export const euros = (cents: number): Money => Money.of(cents, 'EUR')._unsafeUnwrap();

export const aSku = (): string => `SKU-${randomUUID().slice(0, 8).toUpperCase()}`;

/** A product that is not stored. */
export function aProduct(state: Partial<ProductState> = {}): Product {
  return Product.restore({ sku: aSku(), name: 'Green tea', price: euros(799), stock: 10, version: 0, ...state });
}

/** An order of one product, not stored. */
export function anOrder(product = aProduct(), { quantity = 1, customerId = 'alice' } = {}): Order {
  const identity = { id: randomUUID(), customerId, placedAt: new Date('2026-01-02T03:04:05.678Z') };
  return Order.place(identity, [{ product, quantity }])._unsafeUnwrap();
}

export function aPlaceOrderCommand(command: Partial<PlaceOrderCommand> = {}): PlaceOrderCommand {
  return { customerId: 'alice', idempotencyKey: randomUUID(), lines: [], ...command };
}

/** Stores products. @returns them as stored */
export async function stored(unitOfWork: OrderingUnitOfWork, ...products: Product[]): Promise<Product[]> {
  return (await unitOfWork.run((transaction) => transaction.products.save(products)))._unsafeUnwrap();
}

export async function stockOf(unitOfWork: OrderingUnitOfWork, sku: string): Promise<number | undefined> {
  const found = await unitOfWork.run((transaction) => transaction.products.findForUpdate([sku]));
  return found._unsafeUnwrap()[0]?.stock;
}

import { err, ok, type Result } from 'neverthrow';
import type { Money } from '../shared/money';
import { MAX_QUANTITY, positiveQuantity, type InvalidQuantity } from '../shared/quantity';
import type { InsufficientStock, StockTooLarge } from './ordering.errors';

export interface ProductState {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  /** Units that can still be reserved. */
  readonly stock: number;
  /** 0 until it is stored for the first time; each save adds 1. */
  readonly version: number;
}

/** A product that can be ordered, with its remaining stock. Immutable: every change returns a new product. */
export class Product implements ProductState {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly stock: number;
  readonly version: number;

  private constructor(state: ProductState) {
    this.sku = state.sku;
    this.name = state.name;
    this.price = state.price;
    this.stock = state.stock;
    this.version = state.version;
  }

  static create(sku: string, name: string, price: Money): Product {
    return new Product({ sku, name, price, stock: 0, version: 0 });
  }

  /** From a store, which only holds valid state: no checks. */
  static restore(state: ProductState): Product {
    return new Product(state);
  }

  redescribe(name: string, price: Money): Product {
    return new Product({ ...this, name, price });
  }

  reserve(quantity: number): Result<Product, InvalidQuantity | InsufficientStock> {
    return positiveQuantity(quantity).andThen((units) =>
      units <= this.stock
        ? ok(this.withStock(this.stock - units))
        : err({ kind: 'insufficient-stock' as const, sku: this.sku, requested: units, available: this.stock }),
    );
  }

  /** Returns reserved units to the stock. Never refused: the units exist. */
  release(quantity: number): Product {
    return this.withStock(this.stock + quantity);
  }

  restock(quantity: number): Result<Product, InvalidQuantity | StockTooLarge> {
    return positiveQuantity(quantity).andThen((units) =>
      this.stock + units <= MAX_QUANTITY
        ? ok(this.withStock(this.stock + units))
        : err({ kind: 'stock-too-large' as const, sku: this.sku, maximum: MAX_QUANTITY }),
    );
  }

  private withStock(stock: number): Product {
    return new Product({ ...this, stock });
  }
}

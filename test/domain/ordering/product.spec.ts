import { Product } from '../../../src/domain/ordering/product';
import { MAX_QUANTITY } from '../../../src/domain/shared/quantity';
import { aProduct, euros } from '../../support/ordering.mother';

describe('a product', () => {
  it('is created with nothing in stock, and was never stored', () => {
    const product = Product.create('TEA-1', 'Tea', euros(799));
    expect(product).toEqual({ sku: 'TEA-1', name: 'Tea', price: euros(799), stock: 0, version: 0 });
  });

  it('gets another name and price, and keeps its stock and its version', () => {
    const product = aProduct({ stock: 7, version: 3 });
    const changed = product.redescribe('Best tea', euros(900));
    expect(changed).toEqual({ sku: product.sku, name: 'Best tea', price: euros(900), stock: 7, version: 3 });
  });

  it('never changes: every change is a new product', () => {
    const product = aProduct({ stock: 7 });
    product.reserve(1)._unsafeUnwrap();
    product.restock(1)._unsafeUnwrap();
    product.release(1);
    product.redescribe('Best tea', euros(1));
    expect(product).toMatchObject({ stock: 7, name: 'Green tea' });
  });

  describe('that is reserved', () => {
    it.each([1, 6, 7])('gives %d of its 7 units', (quantity) => {
      expect(aProduct({ stock: 7 }).reserve(quantity)._unsafeUnwrap().stock).toBe(7 - quantity);
    });

    it('gives no unit that it does not have', () => {
      const product = aProduct({ stock: 7 });
      expect(product.reserve(8)._unsafeUnwrapErr()).toEqual({
        kind: 'insufficient-stock',
        sku: product.sku,
        requested: 8,
        available: 7,
      });
    });

    it.each([0, -1, 0.5])('gives no %d units', (quantity) => {
      expect(aProduct({ stock: 7 }).reserve(quantity)._unsafeUnwrapErr()).toEqual({
        kind: 'invalid-quantity',
        quantity,
      });
    });
  });

  it('takes back what was reserved, also when its shelves are full by then', () => {
    expect(aProduct({ stock: 3 }).release(4).stock).toBe(7);
    expect(aProduct({ stock: MAX_QUANTITY }).release(4).stock).toBe(MAX_QUANTITY + 4);
  });

  describe('that is restocked', () => {
    it('has more', () => {
      expect(aProduct({ stock: 3 }).restock(4)._unsafeUnwrap().stock).toBe(7);
      expect(
        aProduct({ stock: MAX_QUANTITY - 1 })
          .restock(1)
          ._unsafeUnwrap().stock,
      ).toBe(MAX_QUANTITY);
    });

    it('has no room for more than can be counted', () => {
      const product = aProduct({ stock: MAX_QUANTITY });
      expect(product.restock(1)._unsafeUnwrapErr()).toEqual({
        kind: 'stock-too-large',
        sku: product.sku,
        maximum: MAX_QUANTITY,
      });
    });

    it.each([0, -1, 0.5])('does not get %d units', (quantity) => {
      expect(aProduct().restock(quantity)._unsafeUnwrapErr()).toEqual({ kind: 'invalid-quantity', quantity });
    });
  });
});

import { Product } from '../../../src/domain/ordering/product';
import { MAX_QUANTITY } from '../../../src/domain/shared/quantity';
import { aProduct, euros } from '../../support/ordering.mother';

describe('a product', () => {
  it('is created with nothing in stock, and not stored yet', () => {
    const product = Product.create('TEA-1', 'Tea', euros(799));
    expect(product).toEqual({ sku: 'TEA-1', name: 'Tea', price: euros(799), stock: 0, version: 0 });
  });

  it('can change its name and price, and keeps its stock and version', () => {
    const product = aProduct({ stock: 7, version: 3 });
    const changed = product.redescribe('Best tea', euros(900));
    expect(changed).toEqual({ sku: product.sku, name: 'Best tea', price: euros(900), stock: 7, version: 3 });
  });

  it('is immutable: every change is a new product', () => {
    const product = aProduct({ stock: 7 });
    product.reserve(1)._unsafeUnwrap();
    product.restock(1)._unsafeUnwrap();
    product.release(1);
    product.redescribe('Best tea', euros(1));
    expect(product).toMatchObject({ stock: 7, name: 'Green tea' });
  });

  describe('when reserved', () => {
    it.each([1, 6, 7])('gives %d of its 7 units', (quantity) => {
      expect(aProduct({ stock: 7 }).reserve(quantity)._unsafeUnwrap().stock).toBe(7 - quantity);
    });

    it('refuses more units than it has', () => {
      const product = aProduct({ stock: 7 });
      expect(product.reserve(8)._unsafeUnwrapErr()).toEqual({
        kind: 'insufficient-stock',
        sku: product.sku,
        requested: 8,
        available: 7,
      });
    });

    it.each([0, -1, 0.5])('refuses to reserve %d units', (quantity) => {
      expect(aProduct({ stock: 7 }).reserve(quantity)._unsafeUnwrapErr()).toEqual({
        kind: 'invalid-quantity',
        quantity,
      });
    });
  });

  it('takes back reserved units, even when its stock has reached the maximum since', () => {
    expect(aProduct({ stock: 3 }).release(4).stock).toBe(7);
    expect(aProduct({ stock: MAX_QUANTITY }).release(4).stock).toBe(MAX_QUANTITY + 4);
  });

  describe('when restocked', () => {
    it('has more units', () => {
      expect(aProduct({ stock: 3 }).restock(4)._unsafeUnwrap().stock).toBe(7);
      expect(
        aProduct({ stock: MAX_QUANTITY - 1 })
          .restock(1)
          ._unsafeUnwrap().stock,
      ).toBe(MAX_QUANTITY);
    });

    it('refuses more units than the maximum', () => {
      const product = aProduct({ stock: MAX_QUANTITY });
      expect(product.restock(1)._unsafeUnwrapErr()).toEqual({
        kind: 'stock-too-large',
        sku: product.sku,
        maximum: MAX_QUANTITY,
      });
    });

    it.each([0, -1, 0.5])('refuses to add %d units', (quantity) => {
      expect(aProduct().restock(quantity)._unsafeUnwrapErr()).toEqual({ kind: 'invalid-quantity', quantity });
    });
  });
});

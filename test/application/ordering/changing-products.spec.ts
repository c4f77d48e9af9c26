import { randomUUID } from 'node:crypto';
import { PutProduct } from '../../../src/application/ordering/put-product';
import { RestockProduct } from '../../../src/application/ordering/restock-product';
import { MAX_QUANTITY } from '../../../src/domain/shared/quantity';
import { InMemoryOrdering } from '../../support/in-memory-ordering';
import { kindsOf } from '../../support/kinds-of';
import { aProduct, aSku, stockOf, stored } from '../../support/ordering.mother';
import { anIdempotency } from '../../support/fake-system';

const price = { amount: 799, currency: 'EUR' };
const customerId = 'alice';

describe('putting a product', () => {
  let unitOfWork: InMemoryOrdering;
  let putProduct: PutProduct;
  beforeEach(() => {
    unitOfWork = new InMemoryOrdering();
    putProduct = new PutProduct(unitOfWork, anIdempotency());
  });

  it('adds a new one, with nothing in stock', async () => {
    const sku = aSku();
    const put = await putProduct.execute({ customerId, sku, name: 'Tea', price });
    expect(put._unsafeUnwrap()).toEqual({
      product: { sku, name: 'Tea', price, stock: 0, version: 1 },
      created: true,
      repeated: false,
    });
  });

  it('changes the name and price of a known one, not its stock', async () => {
    const [product] = await stored(unitOfWork, aProduct({ stock: 5 }));
    const put = await putProduct.execute({
      customerId,
      sku: product!.sku,
      name: 'Best tea',
      price: { amount: 1, currency: 'USD' },
    });
    expect(put._unsafeUnwrap()).toEqual({
      product: { sku: product!.sku, name: 'Best tea', price: { amount: 1, currency: 'USD' }, stock: 5, version: 2 },
      created: false,
      repeated: false,
    });
  });

  it('is accepted with the current version', async () => {
    const sku = aSku();
    for (const version of [0, 1, 2]) {
      const put = await putProduct.execute({ customerId, sku, name: 'Tea', price, version });
      expect(put._unsafeUnwrap().product.version).toBe(version + 1);
    }
  });

  it.each([0, 2])('is refused with version %d when version 1 is stored', async (version) => {
    const [product] = await stored(unitOfWork, aProduct({ name: 'Tea' }));
    const refused = await putProduct.execute({ customerId, sku: product!.sku, name: 'Best tea', price, version });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'stale-version', of: 'product', id: product!.sku });
  });

  it('is refused with the version of a product that does not exist', async () => {
    expect(kindsOf([await putProduct.execute({ customerId, sku: aSku(), name: 'Tea', price, version: 1 })])).toEqual({
      'stale-version': 1,
    });
  });

  it('is repeated with its key: it returns the product as it is, and overwrites no later change', async () => {
    const sku = aSku();
    const first = { customerId, idempotencyKey: 'a-key', sku, name: 'Tea', price };
    expect((await putProduct.execute(first))._unsafeUnwrap()).toMatchObject({ created: true, repeated: false });
    await putProduct.execute({ customerId, sku, name: 'Best tea', price }).unwrapOr(undefined);
    expect((await putProduct.execute(first))._unsafeUnwrap()).toMatchObject({
      product: { name: 'Best tea', version: 2 },
      created: false,
      repeated: true,
    });
    const other = await putProduct.execute({ ...first, name: 'Coffee' });
    expect(kindsOf([other])).toEqual({ 'idempotency-key-reused': 1 });
  });

  it('is refused with an invalid price, and adds nothing', async () => {
    const sku = aSku();
    const outcomes = [
      await putProduct.execute({ customerId, sku, name: 'Tea', price: { amount: 7.99, currency: 'EUR' } }),
      await putProduct.execute({ customerId, sku, name: 'Tea', price: { amount: 799, currency: 'TEA' } }),
    ];
    expect(kindsOf(outcomes)).toEqual({ 'invalid-amount': 1, 'invalid-currency': 1 });
    expect(await stockOf(unitOfWork, sku)).toBeUndefined();
  });
});

const aRestock = (sku: string, quantity: number, idempotencyKey: string = randomUUID()) => ({
  customerId,
  idempotencyKey,
  sku,
  quantity,
});

describe('restocking a product', () => {
  let unitOfWork: InMemoryOrdering;
  let restockProduct: RestockProduct;
  beforeEach(() => {
    unitOfWork = new InMemoryOrdering();
    restockProduct = new RestockProduct(unitOfWork, anIdempotency());
  });

  it('adds to the stock', async () => {
    const [product] = await stored(unitOfWork, aProduct({ stock: 3 }));
    const restocked = await restockProduct.execute(aRestock(product!.sku, 4));
    expect(restocked._unsafeUnwrap()).toMatchObject({
      product: { sku: product!.sku, stock: 7, version: 2 },
      repeated: false,
    });
    expect(await stockOf(unitOfWork, product!.sku)).toBe(7);
  });

  it('adds the units once, however often the request is sent with its key', async () => {
    const [product] = await stored(unitOfWork, aProduct({ stock: 3 }));
    const { sku } = product!;
    for (const repeated of [false, true, true]) {
      const restocked = await restockProduct.execute(aRestock(sku, 4, 'a-key'));
      expect(restocked._unsafeUnwrap()).toMatchObject({ product: { stock: 7 }, repeated });
    }
    const other = await restockProduct.execute(aRestock(sku, 5, 'a-key'));
    expect(other._unsafeUnwrapErr()).toEqual({ kind: 'idempotency-key-reused', idempotencyKey: 'a-key' });
    expect(await stockOf(unitOfWork, sku)).toBe(7);
  });

  it.each([0, -1, 1.5])('is refused for %d units', async (quantity) => {
    const [product] = await stored(unitOfWork, aProduct({ stock: 3 }));
    const refused = await restockProduct.execute(aRestock(product!.sku, quantity));
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'invalid-quantity', quantity });
    expect(await stockOf(unitOfWork, product!.sku)).toBe(3);
  });

  it('is refused beyond the maximum stock', async () => {
    const [product] = await stored(unitOfWork, aProduct({ stock: 3 }));
    const refused = await restockProduct.execute(aRestock(product!.sku, MAX_QUANTITY));
    expect(refused._unsafeUnwrapErr()).toMatchObject({ kind: 'stock-too-large', maximum: MAX_QUANTITY });
  });

  it('is refused for an unknown product', async () => {
    const sku = aSku();
    expect((await restockProduct.execute(aRestock(sku, 1)))._unsafeUnwrapErr()).toEqual({
      kind: 'product-not-found',
      sku,
    });
  });
});

import { PlaceOrder } from '../../../src/application/ordering/place-order';
import { InMemoryOrdering } from '../../support/in-memory-ordering';
import { kindsOf } from '../../support/kinds-of';
import { aPlaceOrderCommand, aProduct, aSku, euros, stockOf, stored } from '../../support/ordering.mother';
import { CountingIds, FakeClock } from '../../support/fake-system';

const RETENTION_MS = 1_000;

describe('placing an order', () => {
  let unitOfWork: InMemoryOrdering;
  let clock: FakeClock;
  let placeOrder: PlaceOrder;
  beforeEach(() => {
    unitOfWork = new InMemoryOrdering();
    clock = new FakeClock();
    placeOrder = new PlaceOrder(unitOfWork, new CountingIds(), clock, { milliseconds: RETENTION_MS });
  });

  const place = (command: Parameters<typeof aPlaceOrderCommand>[0]) => placeOrder.execute(aPlaceOrderCommand(command));

  it('stores the order and reserves its units', async () => {
    const [tea] = await stored(unitOfWork, aProduct({ stock: 5, price: euros(799) }));
    const placed = await place({ lines: [{ sku: tea!.sku, quantity: 2 }] });
    expect(placed._unsafeUnwrap()).toEqual({
      order: {
        id: '00000000-0000-7000-8000-000000000001',
        status: 'placed',
        lines: [{ sku: tea!.sku, quantity: 2, unitPrice: { amount: 799, currency: 'EUR' } }],
        total: { amount: 1_598, currency: 'EUR' },
        placedAt: '2026-01-02T03:04:05.678Z',
        version: 1,
      },
      repeated: false,
    });
    expect(await stockOf(unitOfWork, tea!.sku)).toBe(3);
  });

  it('keeps the lines in the order of the request', async () => {
    const products = await stored(unitOfWork, aProduct({ sku: 'B' }), aProduct({ sku: 'C' }), aProduct({ sku: 'A' }));
    const placed = await place({ lines: products.map(({ sku }) => ({ sku, quantity: 1 })) });
    expect(placed._unsafeUnwrap().order.lines.map(({ sku }) => sku)).toEqual(['B', 'C', 'A']);
  });

  it('reserves all or nothing', async () => {
    const [plenty, scarce] = await stored(unitOfWork, aProduct({ stock: 5 }), aProduct({ stock: 1 }));
    const refused = await place({ lines: [plenty!, scarce!].map(({ sku }) => ({ sku, quantity: 2 })) });
    expect(refused._unsafeUnwrapErr()).toEqual({
      kind: 'insufficient-stock',
      sku: scarce!.sku,
      requested: 2,
      available: 1,
    });
    expect(await stockOf(unitOfWork, plenty!.sku)).toBe(5);
  });

  it.each([0, -1, 1.5])('is refused for %d units', async (quantity) => {
    const [product] = await stored(unitOfWork, aProduct());
    const refused = await place({ lines: [{ sku: product!.sku, quantity }] });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'invalid-quantity', quantity });
  });

  it('is refused for an unknown product', async () => {
    const sku = aSku();
    expect((await place({ lines: [{ sku, quantity: 1 }] }))._unsafeUnwrapErr()).toEqual({
      kind: 'unknown-product',
      sku,
    });
  });

  it('is refused for one product on two lines, even with enough stock', async () => {
    const [product] = await stored(unitOfWork, aProduct({ stock: 5 }));
    const line = { sku: product!.sku, quantity: 1 };
    expect(kindsOf([await place({ lines: [line, line] })])).toEqual({ 'duplicate-line': 1 });
    expect(await stockOf(unitOfWork, product!.sku)).toBe(5);
  });

  it('is refused without lines', async () => {
    expect(kindsOf([await place({ lines: [] })])).toEqual({ 'empty-order': 1 });
  });

  describe('again, with the same key', () => {
    it('returns the first order and reserves nothing more', async () => {
      const [product] = await stored(unitOfWork, aProduct({ stock: 5 }));
      const command = { idempotencyKey: 'key', lines: [{ sku: product!.sku, quantity: 2 }] };
      const first = (await place(command))._unsafeUnwrap();
      const again = (await place(command))._unsafeUnwrap();
      expect(again).toEqual({ order: first.order, repeated: true });
      expect(await stockOf(unitOfWork, product!.sku)).toBe(3);
    });

    it.each([
      ['more units', (sku: string) => [{ sku, quantity: 2 }]],
      ['another product', () => [{ sku: 'OTHER', quantity: 1 }]],
      ['no lines', () => []],
    ])('is refused with %s', async (_, lines) => {
      const [product] = await stored(unitOfWork, aProduct({ stock: 5 }), aProduct({ sku: 'OTHER' }));
      await place({ idempotencyKey: 'key', lines: [{ sku: product!.sku, quantity: 1 }] }).unwrapOr(undefined);
      const refused = await place({ idempotencyKey: 'key', lines: lines(product!.sku) });
      expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'idempotency-key-reused', idempotencyKey: 'key' });
    });

    it('places a separate order for another customer', async () => {
      const [product] = await stored(unitOfWork, aProduct({ stock: 5 }));
      const command = { idempotencyKey: 'key', lines: [{ sku: product!.sku, quantity: 2 }] };
      await place({ ...command, customerId: 'alice' }).unwrapOr(undefined);
      expect((await place({ ...command, customerId: 'bob' }))._unsafeUnwrap().repeated).toBe(false);
      expect(await stockOf(unitOfWork, product!.sku)).toBe(1);
    });

    it('places a new order as soon as the key expires, not earlier', async () => {
      const [product] = await stored(unitOfWork, aProduct({ stock: 5 }));
      const command = { idempotencyKey: 'key', lines: [{ sku: product!.sku, quantity: 1 }] };
      await place(command).unwrapOr(undefined);
      clock.advance(RETENTION_MS - 1);
      expect((await place(command))._unsafeUnwrap().repeated).toBe(true);
      clock.advance(1);
      expect((await place(command))._unsafeUnwrap().repeated).toBe(false);
    });

    it('succeeds after a refusal', async () => {
      const [product] = await stored(unitOfWork, aProduct({ stock: 0 }));
      const command = { idempotencyKey: 'key', lines: [{ sku: product!.sku, quantity: 1 }] };
      expect(kindsOf([await place(command)])).toEqual({ 'insufficient-stock': 1 });
      await stored(unitOfWork, product!.restock(1)._unsafeUnwrap());
      expect((await place(command))._unsafeUnwrap().repeated).toBe(false);
    });
  });
});

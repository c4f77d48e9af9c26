import { CancelOrder } from '../../../src/application/ordering/cancel-order';
import { PlaceOrder } from '../../../src/application/ordering/place-order';
import { InMemoryOrdering } from '../../support/in-memory-ordering';
import { kindsOf } from '../../support/kinds-of';
import { aPlaceOrderCommand, aProduct, stockOf, stored } from '../../support/ordering.mother';
import { anIdempotency, CountingIds, FakeClock } from '../../support/fake-system';

describe('cancelling an order', () => {
  let unitOfWork: InMemoryOrdering;
  let cancelOrder: CancelOrder;
  let skus: string[];
  let orderId: string;
  beforeEach(async () => {
    unitOfWork = new InMemoryOrdering();
    cancelOrder = new CancelOrder(unitOfWork, anIdempotency());
    const placeOrder = new PlaceOrder(unitOfWork, new CountingIds(), new FakeClock(), { milliseconds: 1 });
    const products = await stored(unitOfWork, aProduct({ stock: 5 }), aProduct({ stock: 5 }));
    skus = products.map(({ sku }) => sku);
    const lines = skus.map((sku, index) => ({ sku, quantity: index + 1 }));
    orderId = (await placeOrder.execute(aPlaceOrderCommand({ lines })))._unsafeUnwrap().order.id;
  });

  const stocks = () => Promise.all(skus.map((sku) => stockOf(unitOfWork, sku)));

  it('gives the units of every line back', async () => {
    expect(await stocks()).toEqual([4, 3]);
    const cancelled = await cancelOrder.execute({ orderId, customerId: 'alice' });
    expect(cancelled._unsafeUnwrap()).toMatchObject({
      order: { id: orderId, status: 'cancelled', version: 2 },
      repeated: false,
    });
    expect(await stocks()).toEqual([5, 5]);
  });

  it('is refused a second time, and releases nothing', async () => {
    await cancelOrder.execute({ orderId, customerId: 'alice' }).unwrapOr(undefined);
    const again = await cancelOrder.execute({ orderId, customerId: 'alice' });
    expect(again._unsafeUnwrapErr()).toEqual({ kind: 'already-cancelled', orderId });
    expect(await stocks()).toEqual([5, 5]);
  });

  it('is repeated with its key: it returns the cancelled order, and releases nothing again', async () => {
    const command = { orderId, customerId: 'alice', idempotencyKey: 'a-key' };
    const first = (await cancelOrder.execute(command))._unsafeUnwrap();
    expect(first.repeated).toBe(false);
    expect((await cancelOrder.execute(command))._unsafeUnwrap()).toEqual({ ...first, repeated: true });
    expect(await stocks()).toEqual([5, 5]);
  });

  it('does not find an order of another customer', async () => {
    const refused = await cancelOrder.execute({ orderId, customerId: 'bob' });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'order-not-found', orderId });
    expect(await stocks()).toEqual([4, 3]);
  });

  it('does not find an order that was never placed', async () => {
    expect(kindsOf([await cancelOrder.execute({ orderId: 'none', customerId: 'alice' })])).toEqual({
      'order-not-found': 1,
    });
  });
});

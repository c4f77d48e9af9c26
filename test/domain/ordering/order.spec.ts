import { Order, type RequestedLine } from '../../../src/domain/ordering/order';
import { Money } from '../../../src/domain/shared/money';
import { anOrder, aProduct, euros } from '../../support/ordering.mother';

const identity = { id: 'order-1', customerId: 'alice', placedAt: new Date('2026-01-02T03:04:05.678Z') };
const place = (...lines: RequestedLine[]) => Order.place(identity, lines);

describe('an order', () => {
  it('is placed for its customer, with the current prices and their total', () => {
    const tea = aProduct({ price: euros(799) });
    const pot = aProduct({ price: euros(5_490) });
    const order = place({ product: tea, quantity: 3 }, { product: pot, quantity: 1 })._unsafeUnwrap();
    expect(order).toEqual({
      ...identity,
      lines: [
        { sku: tea.sku, quantity: 3, unitPrice: euros(799) },
        { sku: pot.sku, quantity: 1, unitPrice: euros(5_490) },
      ],
      total: euros(7_887),
      status: 'placed',
      version: 0,
    });
  });

  it('without lines is refused', () => {
    expect(place()._unsafeUnwrapErr()).toEqual({ kind: 'empty-order' });
  });

  it('with the same product on two lines is refused', () => {
    const product = aProduct();
    const refused = place({ product, quantity: 1 }, { product: aProduct(), quantity: 1 }, { product, quantity: 2 });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'duplicate-line', sku: product.sku });
  });

  it.each([0, -1, 1.5])('of %d units is refused', (quantity) => {
    expect(place({ product: aProduct(), quantity })._unsafeUnwrapErr()).toEqual({ kind: 'invalid-quantity', quantity });
  });

  it('in two currencies is refused', () => {
    const yen = Money.of(900, 'JPY')._unsafeUnwrap();
    const refused = place({ product: aProduct(), quantity: 1 }, { product: aProduct({ price: yen }), quantity: 1 });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'mixed-currencies', currencies: ['EUR', 'JPY'] });
  });

  it('with an amount that is too large is refused, on one line and in total', () => {
    const expensive = () => aProduct({ price: euros(Number.MAX_SAFE_INTEGER) });
    const tooLarge = { kind: 'amount-too-large' };
    expect(place({ product: expensive(), quantity: 2 })._unsafeUnwrapErr()).toEqual(tooLarge);
    expect(
      place({ product: expensive(), quantity: 1 }, { product: expensive(), quantity: 1 })._unsafeUnwrapErr(),
    ).toEqual(tooLarge);
    expect(place({ product: expensive(), quantity: 1 }).isOk()).toBe(true);
  });

  it('of products without a price costs nothing', () => {
    const gift = aProduct({ price: euros(0) });
    expect(place({ product: gift, quantity: 5 })._unsafeUnwrap().total).toEqual(euros(0));
  });

  it('can be cancelled once', () => {
    const order = anOrder();
    const cancelled = order.cancel()._unsafeUnwrap();
    expect(cancelled).toEqual({ ...order, status: 'cancelled' });
    expect(order.status).toBe('placed');
    expect(cancelled.cancel()._unsafeUnwrapErr()).toEqual({ kind: 'already-cancelled', orderId: order.id });
  });
});

import { err, ok, safeTry } from 'neverthrow';
import { CancelOrder } from '../../src/application/ordering/cancel-order';
import type { OrderingUnitOfWork } from '../../src/application/ordering/ordering.unit-of-work';
import { Idempotency } from '../../src/application/shared/idempotency';
import { PlaceOrder } from '../../src/application/ordering/place-order';
import { SystemClock } from '../../src/infrastructure/system/system-clock';
import { UuidGenerator } from '../../src/infrastructure/system/uuid-generator';
import type { DomainEvent } from '../../src/domain/shared/domain-event';
import { orderPlaced } from '../../src/domain/ordering/ordering.events';
import { kindsOf } from '../support/kinds-of';
import { anOrder, aPlaceOrderCommand, aProduct, aSku, stockOf, stored } from '../support/ordering.mother';

export interface OrderingAdapter {
  readonly unitOfWork: OrderingUnitOfWork;
  /** The events of all transactions, in order. */
  published(): Promise<readonly Pick<DomainEvent, 'type' | 'aggregate' | 'data'>[]>;
}

/** What every adapter of the ordering ports guarantees, on a database or in memory. */
export function describeOrderingContract(name: string, open: () => Promise<OrderingAdapter>): void {
  describe(`${name}: the ordering contract`, () => {
    let unitOfWork: OrderingUnitOfWork;
    let published: OrderingAdapter['published'];
    let placeOrder: PlaceOrder;
    let cancelOrder: CancelOrder;
    beforeAll(async () => {
      ({ unitOfWork, published } = await open());
      placeOrder = new PlaceOrder(unitOfWork, new UuidGenerator(), new SystemClock(), { milliseconds: 60_000 });
      cancelOrder = new CancelOrder(
        unitOfWork,
        new Idempotency(new UuidGenerator(), new SystemClock(), { milliseconds: 60_000 }),
      );
    });

    describe('a stored order', () => {
      it('is found unchanged, with its lines in order', async () => {
        const products = await stored(unitOfWork, aProduct(), aProduct(), aProduct());
        const lines = products.reverse().map(({ sku }, index) => ({ sku, quantity: index + 1 }));
        const { order } = (await placeOrder.execute(aPlaceOrderCommand({ lines })))._unsafeUnwrap();
        const found = await unitOfWork.run(({ orders }) => orders.find(order.id, 'alice'));
        expect(found._unsafeUnwrap()).toMatchObject({
          id: order.id,
          customerId: 'alice',
          status: 'placed',
          version: 1,
        });
        expect(found._unsafeUnwrap()?.lines).toMatchObject(lines);
        expect(found._unsafeUnwrap()?.placedAt.toISOString()).toBe(order.placedAt);
      });

      it('is not found by another customer', async () => {
        const [product] = await stored(unitOfWork, aProduct());
        const order = anOrder(product, { customerId: 'alice' });
        await unitOfWork.run(({ orders }) => orders.save(order)).unwrapOr(undefined);
        const found = await unitOfWork.run(({ orders }) => orders.find(order.id, 'bob'));
        expect(found._unsafeUnwrap()).toBeUndefined();
      });

      it('cannot be stored from a stale version', async () => {
        const [product] = await stored(unitOfWork, aProduct());
        const first = await unitOfWork.run(({ orders }) => orders.save(anOrder(product)));
        const seen = first._unsafeUnwrap();
        const cancelled = seen.cancel()._unsafeUnwrap();
        expect((await unitOfWork.run(({ orders }) => orders.save(cancelled))).isOk()).toBe(true);
        const again = await unitOfWork.run(({ orders }) => orders.save(cancelled));
        expect(again._unsafeUnwrapErr()).toEqual({ kind: 'stale-version', of: 'order', id: seen.id });
      });
    });

    describe('stored products', () => {
      it('are found unchanged, sorted by SKU, without those that do not exist', async () => {
        const [b, a] = await stored(unitOfWork, aProduct({ sku: `${aSku()}-B` }), aProduct({ sku: `A-${aSku()}` }));
        const found = await unitOfWork.run(({ products }) => products.findForUpdate([b!.sku, aSku(), a!.sku]));
        const expected = [a!, b!].sort((one, other) => (one.sku < other.sku ? -1 : 1));
        expect(found._unsafeUnwrap()).toEqual(expected);
      });

      it('are stored all or none when one of them is stale', async () => {
        const [fresh, stale] = await stored(unitOfWork, aProduct({ stock: 5 }), aProduct({ stock: 5 }));
        await stored(unitOfWork, stale!.release(1));
        const outcome = await unitOfWork.run(({ products }) => products.save([fresh!.release(1), stale!.release(1)]));
        expect(outcome._unsafeUnwrapErr()).toMatchObject({ kind: 'stale-version', of: 'product' });
        expect(await stockOf(unitOfWork, fresh!.sku)).toBe(5);
      });

      it('of one SKU are added once, however many transactions add them concurrently', async () => {
        const sku = aSku();
        const outcomes = await Promise.all(
          Array.from({ length: 5 }, () => unitOfWork.run(({ products }) => products.save([aProduct({ sku })]))),
        );
        expect(kindsOf(outcomes)).toEqual({ 'stale-version': 4 });
      });
    });

    describe('a unit of work', () => {
      it('stores nothing when it returns an Err', async () => {
        const product = aProduct();
        const outcome = await unitOfWork.run(({ products }) =>
          products.save([product]).andThen(() => err({ kind: 'changed-my-mind' as const })),
        );
        expect(kindsOf([outcome])).toEqual({ 'changed-my-mind': 1 });
        expect(await stockOf(unitOfWork, product.sku)).toBeUndefined();
      });

      it('stores nothing when it throws, and rejects with the error', async () => {
        const product = aProduct();
        const bug = new Error('a bug');
        const work = unitOfWork.run(({ products }) =>
          products.save([product]).map(() => {
            throw bug;
          }),
        );
        await expect(work).rejects.toBe(bug);
        expect(await stockOf(unitOfWork, product.sku)).toBeUndefined();
      });

      it('returns its Ok after everything is stored', async () => {
        const product = aProduct({ stock: 3 });
        const outcome = await unitOfWork.run(({ products }) =>
          safeTry(async function* () {
            yield* await products.save([product]);
            return ok('stored');
          }),
        );
        expect(outcome._unsafeUnwrap()).toBe('stored');
        expect(await stockOf(unitOfWork, product.sku)).toBe(3);
      });
    });

    describe('the last unit of a product', () => {
      it('goes to exactly one of twenty customers who order it concurrently', async () => {
        const [product] = await stored(unitOfWork, aProduct({ stock: 1 }));
        const lines = [{ sku: product!.sku, quantity: 1 }];
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, customer) =>
            placeOrder.execute(aPlaceOrderCommand({ customerId: `customer-${customer}`, lines })),
          ),
        );
        expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
        expect(kindsOf(outcomes)).toEqual({ 'insufficient-stock': 19 });
        expect(await stockOf(unitOfWork, product!.sku)).toBe(0);
      });

      it('is released once, however often its order is cancelled concurrently', async () => {
        const [product] = await stored(unitOfWork, aProduct({ stock: 1 }));
        const lines = [{ sku: product!.sku, quantity: 1 }];
        const { order } = (await placeOrder.execute(aPlaceOrderCommand({ lines })))._unsafeUnwrap();
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, () => cancelOrder.execute({ orderId: order.id, customerId: 'alice' })),
        );
        expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
        expect(Object.keys(kindsOf(outcomes))).not.toContain('order-not-found');
        expect(await stockOf(unitOfWork, product!.sku)).toBe(1);
      });

      it('goes to one order for twenty requests with one idempotency key', async () => {
        const [product] = await stored(unitOfWork, aProduct({ stock: 20 }));
        const command = aPlaceOrderCommand({ lines: [{ sku: product!.sku, quantity: 1 }] });
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => placeOrder.execute(command)));
        const placed = outcomes.map((outcome) => outcome._unsafeUnwrap());
        expect(new Set(placed.map(({ order }) => order.id)).size).toBe(1);
        expect(placed.filter(({ repeated }) => !repeated)).toHaveLength(1);
        expect(await stockOf(unitOfWork, product!.sku)).toBe(19);
      });
    });

    describe('the event of a placed order', () => {
      const eventsOf = async (id: string) => (await published()).filter(({ aggregate }) => aggregate.id === id);

      it('is published once, however many requests have its idempotency key', async () => {
        const [product] = await stored(unitOfWork, aProduct({ stock: 20 }));
        const lines = [{ sku: product!.sku, quantity: 2 }];
        const command = aPlaceOrderCommand({ lines });
        const [first] = await Promise.all(Array.from({ length: 5 }, () => placeOrder.execute(command)));
        const { order } = first!._unsafeUnwrap();
        const unitPrice = { amount: 799, currency: 'EUR' };
        const data = {
          customerId: 'alice',
          total: { amount: 1598, currency: 'EUR' },
          lines: [{ ...lines[0], unitPrice }],
        };
        expect(await eventsOf(order.id)).toEqual([
          expect.objectContaining({ type: 'order-placed', aggregate: { type: 'order', id: order.id }, data }),
        ]);
      });

      it('is not published when the unit of work is rolled back, by an Err or by an exception', async () => {
        const [product] = await stored(unitOfWork, aProduct());
        const placed = [anOrder(product), anOrder(product)];
        const [refused, failed] = placed.map((order, index) =>
          unitOfWork.run(({ orders, events }) =>
            orders.save(order).andThen((saved) => {
              events.publish(orderPlaced(saved));
              if (index === 1) throw new Error('a bug');
              return err({ kind: 'changed-my-mind' as const });
            }),
          ),
        );
        expect(kindsOf([await refused!])).toEqual({ 'changed-my-mind': 1 });
        await expect(failed).rejects.toThrow('a bug');
        expect(await Promise.all(placed.map(({ id }) => eventsOf(id)))).toEqual([[], []]);
      });
    });

    it('loses no unit when customers concurrently order several products in different sequences', async () => {
      const products = await stored(
        unitOfWork,
        aProduct({ stock: 30 }),
        aProduct({ stock: 30 }),
        aProduct({ stock: 30 }),
      );
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, customer) => {
          const rotated = [...products.slice(customer % 3), ...products.slice(0, customer % 3)];
          const lines = rotated.map(({ sku }) => ({ sku, quantity: 1 + (customer % 2) }));
          return placeOrder.execute(aPlaceOrderCommand({ customerId: `customer-${customer}`, lines }));
        }),
      );
      const ordered = outcomes.reduce(
        (sum, outcome) => sum + outcome.map(({ order }) => order.lines[0]!.quantity).unwrapOr(0),
        0,
      );
      expect(kindsOf(outcomes)).toEqual({});
      for (const { sku } of products) expect(await stockOf(unitOfWork, sku)).toBe(30 - ordered);
    });
  });
}

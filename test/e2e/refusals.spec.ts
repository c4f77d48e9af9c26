import { randomUUID } from 'node:crypto';
import { orderingProblems } from '../../src/infrastructure/http/ordering/ordering.problems';
import { exceptionsDuring } from '../support/exceptions';
import { untilBlocked } from '../support/locks';
import { aSku } from '../support/ordering.mother';
import { expectProblem } from '../support/problems';
import { RunningService, type ServiceResponse } from '../support/running-service';
import { aPlacedOrder, aStockedProduct, cancelOrder, placeOrder, stockOnTheShelf } from '../support/shop';

type Kind = keyof typeof orderingProblems;

interface Refused {
  readonly response: ServiceResponse<any>;
  readonly status: number;
  readonly instance: string;
  readonly detail?: string;
  /** Members besides those of every problem. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

describe('a refusal of ordering', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const ORDERS = '/api/v1/orders';
  const put = (sku: string, body: unknown) => service.request(`/api/v1/products/${sku}`, { method: 'PUT', body });
  const restock = (sku: string, quantity: number) =>
    service.request(`/api/v1/products/${sku}/restock`, {
      method: 'POST',
      body: { quantity },
      headers: { 'idempotency-key': randomUUID() },
    });

  const refusals: { readonly [K in Kind]?: () => Promise<Refused> } = {
    'already-cancelled': async () => {
      const id = await aPlacedOrder(service);
      await cancelOrder(service, id);
      return { response: await cancelOrder(service, id), status: 409, instance: `${ORDERS}/${id}/cancel` };
    },
    'amount-too-large': async () => {
      const sku = await aStockedProduct(service, { price: { amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' } });
      return { response: await placeOrder(service, [{ sku, quantity: 2 }]), status: 422, instance: ORDERS };
    },
    'duplicate-line': async () => {
      const sku = await aStockedProduct(service);
      const line = { sku, quantity: 1 };
      return {
        response: await placeOrder(service, [line, line]),
        status: 422,
        instance: ORDERS,
        detail: `Put all units of ${sku} on one line.`,
        extensions: { sku },
      };
    },
    'empty-order': async () => ({ response: await placeOrder(service, []), status: 422, instance: ORDERS }),
    'idempotency-key-reused': async () => {
      const key = randomUUID();
      const sku = await aStockedProduct(service);
      await placeOrder(service, [{ sku, quantity: 1 }], { key });
      return { response: await placeOrder(service, [{ sku, quantity: 2 }], { key }), status: 409, instance: ORDERS };
    },
    'insufficient-stock': async () => {
      const sku = await aStockedProduct(service, { stock: 2 });
      return {
        response: await placeOrder(service, [{ sku, quantity: 3 }]),
        status: 409,
        instance: ORDERS,
        detail: `3 of ${sku} were requested, 2 are available.`,
        extensions: { sku, requested: 3, available: 2 },
      };
    },
    'invalid-amount': async () => {
      const sku = aSku();
      return {
        response: await put(sku, { name: 'Tea', price: { amount: 7.99, currency: 'EUR' } }),
        status: 422,
        instance: `/api/v1/products/${sku}`,
        detail: '7.99 is not a valid amount.',
      };
    },
    'invalid-currency': async () => {
      const sku = aSku();
      return {
        response: await put(sku, { name: 'Tea', price: { amount: 799, currency: 'TEA' } }),
        status: 422,
        instance: `/api/v1/products/${sku}`,
      };
    },
    'invalid-cursor': async () => ({
      response: await service.request(`${ORDERS}?cursor=yesterday`),
      status: 400,
      instance: ORDERS,
    }),
    'invalid-quantity': async () => {
      const sku = await aStockedProduct(service);
      return {
        response: await placeOrder(service, [{ sku, quantity: 0.5 }]),
        status: 422,
        instance: ORDERS,
        detail: '0.5 is not a valid quantity.',
      };
    },
    'mixed-currencies': async () => {
      const inEuros = await aStockedProduct(service);
      const inYen = await aStockedProduct(service, { price: { amount: 900, currency: 'JPY' } });
      const lines = [inEuros, inYen].map((sku) => ({ sku, quantity: 1 }));
      return {
        response: await placeOrder(service, lines),
        status: 422,
        instance: ORDERS,
        detail: 'The lines are in EUR and JPY.',
        extensions: { currencies: ['EUR', 'JPY'] },
      };
    },
    'order-not-found': async () => {
      const id = randomUUID();
      return { response: await service.request(`${ORDERS}/${id}`), status: 404, instance: `${ORDERS}/${id}` };
    },
    'product-not-found': async () => {
      const sku = aSku();
      return { response: await restock(sku, 1), status: 404, instance: `/api/v1/products/${sku}/restock` };
    },
    'stale-version': async () => {
      const sku = await aStockedProduct(service);
      return {
        response: await put(sku, { name: 'Tea', price: { amount: 799, currency: 'EUR' }, version: 1 }),
        status: 409,
        instance: `/api/v1/products/${sku}`,
      };
    },
    'stock-too-large': async () => {
      const sku = await aStockedProduct(service, { stock: 1_000_000_000 });
      return {
        response: await restock(sku, 1),
        status: 422,
        instance: `/api/v1/products/${sku}/restock`,
        detail: 'The maximum is 1000000000.',
      };
    },
    'unknown-product': async () => {
      const sku = aSku();
      return {
        response: await placeOrder(service, [{ sku, quantity: 1 }]),
        status: 422,
        instance: ORDERS,
        detail: `${sku} is not in the catalogue.`,
        extensions: { sku },
      };
    },
  };

  it.each(Object.keys(refusals) as Kind[])('%s has its own problem', async (kind) => {
    const { response, status, instance, detail, extensions } = await refusals[kind]!();
    expectProblem(response, status, kind);
    expect(response.body).toEqual({
      type: `urn:problem:${kind}`,
      title: orderingProblems[kind].title,
      status,
      ...(detail && { detail }),
      instance,
      code: kind,
      ...extensions,
    });
  });

  it('throws nothing on its way from the aggregate to the response', async () => {
    const [sku, soldOut] = [await aStockedProduct(service), await aStockedProduct(service, { stock: 0 })];
    const refused = (): Promise<ServiceResponse[]> =>
      Promise.all([
        placeOrder(service, [{ sku: soldOut, quantity: 1 }]),
        placeOrder(service, [{ sku, quantity: 0.5 }]),
        service.request(`${ORDERS}/${randomUUID()}`),
      ]);
    // Once before: code that is loaded on the first request may throw.
    for (const { status } of await refused()) expect(status).toBeGreaterThanOrEqual(400);
    const thrown = await exceptionsDuring(refused);
    expect(thrown.filter((description) => !description.includes('node:internal/deps/undici'))).toEqual([]);
  });

  it('of the second of two concurrent changes to an order is stale-version', async () => {
    const sku = await aStockedProduct(service, { stock: 5 });
    const id = await aPlacedOrder(service, { sku, quantity: 2 });
    const other = await service.connectToDatabase();
    await other.query('BEGIN');
    await other.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [id]);
    const cancelling = cancelOrder(service, id);
    await untilBlocked(other);
    await other.query('UPDATE orders SET version = version + 1 WHERE id = $1', [id]);
    await other.query('COMMIT');

    expectProblem(await cancelling, 409, 'stale-version');
    expect(await stockOnTheShelf(service, sku)).toBe(3);
    expect((await service.request(`${ORDERS}/${id}`)).body).toMatchObject({ status: 'placed', version: 2 });
  });
});

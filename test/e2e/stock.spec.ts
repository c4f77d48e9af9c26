import { randomUUID } from 'node:crypto';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { aPlacedOrder, aStockedProduct, cancelOrder, placeOrder, statusesOf, stockOnTheShelf } from '../support/shop';

describe('the stock of a product', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const customers = (count: number) => Array.from({ length: count }, (_, index) => `customer-${index}`);

  it('sells its last unit to exactly one of fifty customers who order it concurrently', async () => {
    const sku = await aStockedProduct(service, { stock: 1 });
    const responses = await Promise.all(customers(50).map((as) => placeOrder(service, [{ sku, quantity: 1 }], { as })));
    expect(statusesOf(responses)).toEqual({ 201: 1, 409: 49 });
    expect(new Set(responses.map(({ body }) => body.code))).toEqual(new Set([undefined, 'insufficient-stock']));
    expect(await stockOnTheShelf(service, sku)).toBe(0);
  });

  it('is reserved for all lines of an order or for no line', async () => {
    const plenty = await aStockedProduct(service, { stock: 5 });
    const scarce = await aStockedProduct(service, { stock: 1 });
    const lines = [plenty, scarce].map((sku) => ({ sku, quantity: 2 }));
    expectProblem(await placeOrder(service, lines), 409, 'insufficient-stock');
    expect(await stockOnTheShelf(service, plenty)).toBe(5);
  });

  it('causes no deadlock between concurrent orders that list the same products in opposite order', async () => {
    const skus = [await aStockedProduct(service, { stock: 20 }), await aStockedProduct(service, { stock: 20 })];
    const responses = await Promise.all(
      customers(20).map((as, index) => {
        const lines = skus.map((sku) => ({ sku, quantity: 1 }));
        return placeOrder(service, index % 2 ? lines : lines.reverse(), { as });
      }),
    );
    expect(statusesOf(responses)).toEqual({ 201: 20 });
    expect(await Promise.all(skus.map((sku) => stockOnTheShelf(service, sku)))).toEqual([0, 0]);
  });

  it('is released once by a cancelled order', async () => {
    const sku = await aStockedProduct(service, { stock: 5 });
    const id = await aPlacedOrder(service, { sku, quantity: 3 });
    expect(await stockOnTheShelf(service, sku)).toBe(2);
    expect(await cancelOrder(service, id)).toMatchObject({
      status: 200,
      body: { id, status: 'cancelled', version: 2 },
    });
    expect(await stockOnTheShelf(service, sku)).toBe(5);
    expectProblem(await cancelOrder(service, id), 409, 'already-cancelled');
    expect(await stockOnTheShelf(service, sku)).toBe(5);
  });

  it('is released once by ten concurrent cancellations of the same order', async () => {
    const sku = await aStockedProduct(service, { stock: 5 });
    const id = await aPlacedOrder(service, { sku, quantity: 3 });
    const responses = await Promise.all(Array.from({ length: 10 }, () => cancelOrder(service, id)));
    expect(statusesOf(responses)).toEqual({ 200: 1, 409: 9 });
    expect(await stockOnTheShelf(service, sku)).toBe(5);
  });

  it('cannot be released by another customer, who does not see the order either', async () => {
    const sku = await aStockedProduct(service, { stock: 5 });
    const id = await aPlacedOrder(service, { sku, quantity: 3, as: 'alice' });
    const elsewhere = randomUUID();
    for (const orderId of [id, elsewhere]) {
      expectProblem(await service.request(`/api/v1/orders/${orderId}`, { as: 'bob' }), 404, 'order-not-found');
      expectProblem(await cancelOrder(service, orderId, 'bob'), 404, 'order-not-found');
    }
    const bobs = await service.request<{ items: unknown[] }>('/api/v1/orders', { as: 'bob' });
    expect(bobs.body.items).toEqual([]);
    expect(await stockOnTheShelf(service, sku)).toBe(2);
    expect((await service.request(`/api/v1/orders/${id}`, { as: 'alice' })).body).toMatchObject({ status: 'placed' });
  });

  it('does not change with the name and price of the product, and neither do existing orders', async () => {
    const sku = await aStockedProduct(service, { stock: 5, price: { amount: 100, currency: 'EUR' } });
    const id = await aPlacedOrder(service, { sku, quantity: 2 });
    const price = { amount: 900, currency: 'USD' };
    const put = await service.request(`/api/v1/products/${sku}`, { method: 'PUT', body: { name: 'Best tea', price } });
    expect(put).toMatchObject({ status: 200, body: { name: 'Best tea', price, stock: 3 } });
    const order = await service.request(`/api/v1/orders/${id}`);
    expect(order.body).toMatchObject({ total: { amount: 200, currency: 'EUR' } });
  });

  it('counts every unit of concurrent restocks', async () => {
    const sku = await aStockedProduct(service, { stock: 0 });
    const path = `/api/v1/products/${sku}/restock`;
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => {
        const headers = { 'idempotency-key': randomUUID() };
        return service.request(path, { method: 'POST', body: { quantity: 2 }, headers });
      }),
    );
    expect(statusesOf(responses)).toEqual({ 200: 10 });
    expect(await stockOnTheShelf(service, sku)).toBe(20);
  });
});

import { randomUUID } from 'node:crypto';
import { RunningService } from '../support/running-service';

describe('placing orders', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ OUTBOX_RELAY: 'true', LOG_LEVEL: 'info' });
  });
  afterAll(() => service.stop());

  const putProduct = async (sku: string, stock: number, price = { amount: 799, currency: 'EUR' }) => {
    const put = await service.request(`/api/v1/products/${sku}`, { method: 'PUT', body: { name: 'Tea', price } });
    expect(put.status).toBe(201);
    if (stock > 0) {
      await service.request(`/api/v1/products/${sku}/restock`, {
        method: 'POST',
        body: { quantity: stock },
        headers: { 'idempotency-key': randomUUID() },
      });
    }
  };

  it('responds with 201, the order and its location', async () => {
    await putProduct('TEA-1', 5);
    const placed = await service.request('/api/v1/orders', {
      method: 'POST',
      body: { lines: [{ sku: 'TEA-1', quantity: 2 }] },
      headers: { 'idempotency-key': randomUUID() },
    });
    expect(placed).toMatchObject({
      status: 201,
      body: {
        status: 'placed',
        lines: [{ sku: 'TEA-1', quantity: 2, unitPrice: { amount: 799, currency: 'EUR' } }],
        total: { amount: 1598, currency: 'EUR' },
        version: 1,
      },
    });
    const found = await service.request(placed.headers.get('location')!);
    expect(found).toMatchObject({ status: 200, body: placed.body });
  });

  it('accepts the id of the order in capitals for reading and cancelling', async () => {
    await putProduct('TEA-2', 5);
    const placed = await service.request<{ id: string }>('/api/v1/orders', {
      method: 'POST',
      body: { lines: [{ sku: 'TEA-2', quantity: 2 }] },
      headers: { 'idempotency-key': randomUUID() },
    });
    const path = `/api/v1/orders/${placed.body.id.toUpperCase()}`;
    expect(await service.request(path)).toMatchObject({ status: 200, body: placed.body });
    const cancelled = { ...placed.body, status: 'cancelled', version: 2 };
    expect(await service.request(`${path}/cancel`, { method: 'POST' })).toMatchObject({ status: 200, body: cancelled });
  });

  it('sends an event', async () => {
    await putProduct('TEA-3', 5);
    const { body } = await service.request<{ id: string }>('/api/v1/orders', {
      method: 'POST',
      body: { lines: [{ sku: 'TEA-3', quantity: 1 }] },
      headers: { 'idempotency-key': randomUUID() },
    });
    const line = await service.log.first(({ msg }) => String(msg).startsWith(`order-placed of order ${body.id} `));
    expect(line).toMatchObject({ level: 'info', context: 'Events' });
  });
});

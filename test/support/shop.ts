import { randomUUID } from 'node:crypto';
import type { RunningService, ServiceResponse } from './running-service';
import { aSku } from './ordering.mother';

export interface RequestedLine {
  readonly sku: string;
  readonly quantity: number;
}

/** Adds a product with stock to the catalogue over HTTP. @returns its SKU */
export async function aStockedProduct(
  service: RunningService,
  { sku = aSku(), stock = 10, price = { amount: 799, currency: 'EUR' } } = {},
): Promise<string> {
  const put = await service.request(`/api/v1/products/${sku}`, { method: 'PUT', body: { name: 'Tea', price } });
  expect(put.status).toBe(201);
  if (stock > 0) {
    const restocked = await service.request(`/api/v1/products/${sku}/restock`, {
      method: 'POST',
      body: { quantity: stock },
      headers: { 'idempotency-key': randomUUID() },
    });
    expect(restocked.status).toBe(200);
  }
  return sku;
}

/** Places an order over HTTP, with a new idempotency key unless one is given. */
export function placeOrder(
  service: RunningService,
  lines: readonly RequestedLine[],
  { as = 'alice', key = randomUUID() }: { readonly as?: string; readonly key?: string } = {},
): Promise<ServiceResponse<any>> {
  return service.request('/api/v1/orders', {
    method: 'POST',
    body: { lines },
    headers: { 'idempotency-key': key },
    as,
  });
}

/** An order that was accepted. @returns its id */
export async function aPlacedOrder(
  service: RunningService,
  { as = 'alice', sku = undefined as string | undefined, quantity = 1 } = {},
): Promise<string> {
  const placed = await placeOrder(service, [{ sku: sku ?? (await aStockedProduct(service)), quantity }], { as });
  expect(placed.status).toBe(201);
  return placed.body.id;
}

export function cancelOrder(service: RunningService, orderId: string, as = 'alice'): Promise<ServiceResponse<any>> {
  return service.request(`/api/v1/orders/${orderId}/cancel`, { method: 'POST', as });
}

export async function stockOnTheShelf(service: RunningService, sku: string): Promise<number | undefined> {
  const [row] = await service.rows<{ stock: number }>('SELECT stock::float8 FROM products WHERE sku = $1', [sku]);
  return row?.stock;
}

/** How many responses had each status. */
export function statusesOf(responses: readonly ServiceResponse<unknown>[]): Record<number, number> {
  const statuses: Record<number, number> = {};
  for (const { status } of responses) statuses[status] = (statuses[status] ?? 0) + 1;
  return statuses;
}

import { randomUUID } from 'node:crypto';
import type { Pool } from 'undici';

/** The reader has a fixed number of orders; another customer places orders, so that no list grows while it is read. */
export const READER = 'reader';
export const BUYER = 'buyer';
export const PAGE = 20;

export interface Fixture {
  /** Orders of {@link READER}, of two lines each. */
  readonly orderIds: readonly string[];
  /** An even number of products, by SKU: enough that two orders seldom contain the same one. */
  readonly skus: readonly string[];
}

/** A server under load, and the headers that identify the customer to it. */
export interface Target {
  readonly pool: Pool;
  readonly as: (customer: string) => Readonly<Record<string, string>>;
}

export interface Scenario {
  readonly name: 'read an order' | 'list a page' | 'place an order';
  /** Number of requests relative to the first scenario, because a page costs several times as much as an order. */
  readonly weight: number;
  /** Sends the request with this number, which selects the data. */
  readonly send: (target: Target, fixture: Fixture, number: number) => Promise<string>;
}

async function get({ pool, as }: Target, path: string): Promise<string> {
  const { statusCode, body } = await pool.request({ method: 'GET', path, headers: as(READER) });
  if (statusCode !== 200) throw new Error(`GET ${path} returned ${statusCode}: ${await body.text()}`);
  return body.text();
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'read an order',
    weight: 1,
    send: (target, { orderIds }, number) => get(target, `/api/v1/orders/${orderIds[number % orderIds.length]}`),
  },
  {
    name: 'list a page',
    weight: 0.5,
    send: (target) => get(target, `/api/v1/orders?limit=${PAGE}`),
  },
  {
    name: 'place an order',
    weight: 0.4,
    send: async ({ pool, as }, { skus }, number) => {
      // Neighbours in time share no product, or they would wait for each other.
      const first = (2 * number) % skus.length;
      const lines = [
        { sku: skus[first], quantity: 1 },
        { sku: skus[first + 1], quantity: 2 },
      ];
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/api/v1/orders',
        headers: { ...as(BUYER), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify({ lines }),
      });
      if (statusCode !== 201) throw new Error(`POST /api/v1/orders returned ${statusCode}: ${await body.text()}`);
      return body.text();
    },
  },
];

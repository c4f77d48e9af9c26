import { randomUUID } from 'node:crypto';
import type { Pool } from 'undici';

/** Whoever reads has a fixed number of orders, and whoever places orders is somebody else: no list grows while it is read. */
export const READER = 'reader';
export const BUYER = 'buyer';
export const PAGE = 20;

export interface Fixture {
  /** Orders of {@link READER}, of two lines each. */
  readonly orderIds: readonly string[];
  /** An even number of products, by SKU, and so many that two orders seldom want the same one. */
  readonly skus: readonly string[];
}

/** A server under load and how it wants to be told who is calling. */
export interface Target {
  readonly pool: Pool;
  readonly as: (customer: string) => Readonly<Record<string, string>>;
}

export interface Scenario {
  readonly name: 'read an order' | 'list a page' | 'place an order';
  /** Of the first: a page costs several times as much as an order. */
  readonly weight: number;
  /** Sends the request of this number; the number decides what is asked for. */
  readonly send: (target: Target, fixture: Fixture, number: number) => Promise<string>;
}

async function get({ pool, as }: Target, path: string): Promise<string> {
  const { statusCode, body } = await pool.request({ method: 'GET', path, headers: as(READER) });
  if (statusCode !== 200) throw new Error(`GET ${path} was answered with ${statusCode}: ${await body.text()}`);
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
      if (statusCode !== 201) throw new Error(`An order was answered with ${statusCode}: ${await body.text()}`);
      return body.text();
    },
  },
];

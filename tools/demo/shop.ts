import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { CommandError } from '../command-line';
import { mix, requestNames, type RequestName } from './mix';

/** Few enough to be restocked quickly, and enough that orders seldom wait for each other. */
const PRODUCTS = 8;
const FULL_STOCK = 1_000_000;
const SEE_ALL = 100;

/** The rows, or the whole table, that a statement of a request needs: a lock on them makes it wait. */
export interface Needed {
  readonly table: 'orders' | 'products' | 'idempotency_keys';
  /** Primary keys; undefined for the table. */
  readonly keys?: readonly string[];
}

/** A request that is ready to be sent. */
export interface PreparedRequest {
  readonly needs: Needed;
  send(): Promise<void>;
}

interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly expected: readonly number[];
}

/** The customers and the warehouse: knows which products and orders exist. */
export class Shop {
  private readonly http: Pool;
  private readonly run = randomBytes(3).toString('hex').toUpperCase();
  private readonly skus: string[] = [];
  /** Orders that were not cancelled. */
  private readonly orders: string[] = [];
  private readonly placed: { readonly key: string; readonly body: unknown }[] = [];
  private turn = 0;
  private readonly closing = new AbortController();
  sent = 0;

  constructor(
    url: string,
    private readonly token: string,
    connections: number,
  ) {
    this.http = new Pool(url, { connections, pipelining: 1 });
  }

  close(): Promise<void> {
    this.closing.abort();
    return this.http.destroy();
  }

  /** Adds products, since the service may have none. */
  async open(): Promise<void> {
    for (let number = 1; number <= PRODUCTS; number += 1) {
      await this.addProduct();
      await this.exchange(this.restocking(this.skus.at(-1)!, FULL_STOCK));
    }
    for (let number = 0; number < mix['cancel an order'].requests; number += 1)
      await this.prepare('place an order').send();
  }

  /** One round of the mix, ready to be sent. */
  round(): (() => Promise<void>)[] {
    return requestNames.flatMap((name) =>
      Array.from({ length: mix[name].requests }, () => () => this.prepare(name).send()),
    );
  }

  prepare(name: RequestName): PreparedRequest {
    const turn = this.turn++;
    const sku = this.skus[turn % PRODUCTS]!;
    switch (name) {
      case 'place an order':
        return this.placing(turn);
      case 'get an order': {
        const order = this.orders[turn % this.orders.length]!;
        return this.prepared({ table: 'orders' }, { method: 'GET', path: `/api/v1/orders/${order}`, expected: [200] });
      }
      case 'list orders':
        return this.prepared({ table: 'orders' }, { method: 'GET', path: '/api/v1/orders', expected: [200] });
      case 'list products':
        return this.prepared(
          { table: 'products' },
          { method: 'GET', path: `/api/v1/products?limit=${SEE_ALL}`, expected: [200] },
        );
      case 'cancel an order': {
        const order = this.orders.shift()!;
        return this.prepared(
          { table: 'orders', keys: [order] },
          { method: 'POST', path: `/api/v1/orders/${order}/cancel`, expected: [200] },
        );
      }
      case 'put a new product':
        return { needs: { table: 'products' }, send: () => this.addProduct() };
      case 'change a product':
        return this.prepared({ table: 'products', keys: [sku] }, this.describing(sku, 200));
      case 'restock a product':
        return this.prepared({ table: 'products', keys: [sku] }, this.restocking(sku, 10));
      case 'order more than there is':
        return this.prepared(
          { table: 'products', keys: [sku] },
          this.ordering(randomUUID(), { lines: [{ sku, quantity: 10 * FULL_STOCK }] }, [409]),
        );
      case 'send an order again': {
        const { key, body } = this.placed.at(-1)!;
        return this.prepared({ table: 'idempotency_keys' }, this.ordering(key, body, [201]));
      }
    }
  }

  private placing(turn: number): PreparedRequest {
    const key = randomUUID();
    const skus = [this.skus[turn % PRODUCTS]!, this.skus[(turn + 1) % PRODUCTS]!];
    const body = { lines: skus.map((sku, index) => ({ sku, quantity: index + 1 })) };
    return {
      // A lock on its key makes the INSERT wait, one on its products the SELECT … FOR UPDATE.
      needs: turn % 2 === 0 ? { table: 'idempotency_keys' } : { table: 'products', keys: skus },
      send: async () => {
        const { id } = (await this.exchange(this.ordering(key, body, [201]))) as { id: string };
        this.orders.push(id);
        this.placed.push({ key, body });
      },
    };
  }

  private async addProduct(): Promise<void> {
    const sku = `DEMO-${this.run}-${this.skus.length + 1}`;
    this.skus.push(sku);
    await this.exchange(this.describing(sku, 201));
  }

  private describing(sku: string, status: number): Sent {
    const body = { name: `Demonstration product ${sku}`, price: { amount: 100 + this.turn, currency: 'EUR' } };
    return { method: 'PUT', path: `/api/v1/products/${sku}`, body, expected: [status] };
  }

  private restocking(sku: string, quantity: number): Sent {
    return {
      method: 'POST',
      path: `/api/v1/products/${sku}/restock`,
      key: randomUUID(),
      body: { quantity },
      expected: [200],
    };
  }

  private ordering(key: string, body: unknown, expected: readonly number[]): Sent {
    return { method: 'POST', path: '/api/v1/orders', key, body, expected };
  }

  private prepared(needs: Needed, sent: Sent): PreparedRequest {
    return { needs, send: () => this.exchange(sent).then(() => undefined) };
  }

  /** Waits for as long as the service says, when its rate limit is reached. */
  private async exchange(sent: Sent): Promise<unknown> {
    const { method, path, body, key, expected } = sent;
    this.sent += 1;
    const response = await this.http.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.body.text();
    if (response.statusCode === 429) {
      await delay(1_000 * Number(response.headers['retry-after'] ?? 1), undefined, { signal: this.closing.signal });
      return this.exchange(sent);
    }
    if (!expected.includes(response.statusCode))
      throw new CommandError(explain(method, path, response.statusCode, text));
    return JSON.parse(text);
  }
}

const advice: Readonly<Record<number, string>> = {
  401: 'the token is not for this service: give one with --token',
  403: 'the token does not have the scope catalogue:write',
  503: 'its database is overloaded, or a lock was held for longer than its DATABASE_LOCK_TIMEOUT_MS',
};

function explain(method: string, path: string, status: number, body: string): string {
  const why = advice[status] ?? body.slice(0, 500);
  return `The service responds to ${method} ${path.split('?', 1)[0]} with ${status}: ${why}.`;
}

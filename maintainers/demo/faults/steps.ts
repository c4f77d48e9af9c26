import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../../../tools/command-line';
import type { Response, Client } from './client';
import type { Blocker } from './blocker';

/** No statement that does not wait takes as long, however busy the machine is. */
export const SLOW_THRESHOLD_MS = 250;
const BEYOND_THRESHOLD_MS = SLOW_THRESHOLD_MS + 60;

/** Two services, by how they differ from the default configuration. */
export const settings = {
  /** A short statement timeout, and no lock timeout. */
  shortTimeout: { DATABASE_STATEMENT_TIMEOUT_MS: '2500', DATABASE_LOCK_TIMEOUT_MS: '0' },
  /** Two connections, and a short wait for one. */
  smallPool: { DATABASE_POOL_SIZE: '2', DATABASE_ACQUIRE_TIMEOUT_MS: '700', DATABASE_LOCK_TIMEOUT_MS: '2500' },
} as const;
export type Clients = Readonly<Record<keyof typeof settings, Client>>;

export interface Outcome {
  readonly responses: readonly Response[];
  /** The exact increase, by series. */
  readonly expected: Readonly<Record<string, number>>;
}

export interface Step {
  readonly name: string;
  readonly what: string;
  readonly service: keyof Clients;
  /** Sorted. */
  readonly statuses: readonly number[];
  readonly run: (client: Client, blocker: Blocker) => Promise<Outcome>;
}

const orders = '/api/v1/orders';
const lockOrders = 'LOCK TABLE orders IN ACCESS EXCLUSIVE MODE';
const slow = (type: string): string => `db_slow_queries_total{query_type="${type}"}`;
const failed = (type: string, errorClass: string): string =>
  `db_query_errors_total{query_type="${type}",error_class="${errorClass}"}`;
const timedOut = (type: string): string => `db_query_timeouts_total{query_type="${type}"}`;

const listWhileLocked = async (client: Client, blocker: Blocker): Promise<Response> =>
  blocker.during(lockOrders, () => client.send('GET', orders));

export const steps: readonly Step[] = [
  {
    name: 'slow',
    what: 'orders listed while their table is locked for a moment',
    service: 'shortTimeout',
    statuses: [200],
    run: async (client, blocker) => {
      const response = await blocker.during(lockOrders, async () => {
        const pending = client.send('GET', orders);
        await blocker.waiting(1);
        await delay(BEYOND_THRESHOLD_MS);
        await blocker.release();
        return pending;
      });
      return { responses: [response], expected: { [slow('SELECT')]: 1 } };
    },
  },
  {
    name: 'failed',
    what: 'the same new product put twice concurrently',
    service: 'shortTimeout',
    statuses: [201, 409],
    run: async (client, blocker) => {
      const path = `/api/v1/products/DEMO-${randomBytes(4).toString('hex').toUpperCase()}`;
      const product = { name: 'Put twice', price: { amount: 100, currency: 'EUR' } };
      // Both read that it does not exist; the lock delays both INSERTs until then.
      const responses = await blocker.during('LOCK TABLE products IN SHARE MODE', async () => {
        const pending = Promise.all([client.send('PUT', path, product), client.send('PUT', path, product)]);
        await blocker.waiting(2);
        await blocker.release();
        return pending;
      });
      return { responses, expected: { [failed('INSERT', 'unique')]: 1 } };
    },
  },
  {
    name: 'timed out',
    what: 'orders listed while their table is locked for longer than the statement timeout',
    service: 'shortTimeout',
    statuses: [504],
    run: async (client, blocker) => ({
      responses: [await listWhileLocked(client, blocker)],
      expected: { [timedOut('SELECT')]: 1, [failed('SELECT', 'timeout')]: 1, [slow('SELECT')]: 1 },
    }),
  },
  {
    name: 'cancelled',
    what: 'orders listed, and the statement cancelled by an operator',
    service: 'smallPool',
    statuses: [504],
    run: async (client, blocker) => {
      const response = await blocker.during(lockOrders, async () => {
        const pending = client.send('GET', orders);
        await blocker.cancel((await blocker.waiting(1))[0]!);
        return pending;
      });
      return { responses: [response], expected: { [failed('SELECT', 'cancelled')]: 1, [timedOut('SELECT')]: 0 } };
    },
  },
  {
    name: 'lock timeout',
    what: 'orders listed while their table is locked for longer than the lock timeout',
    service: 'smallPool',
    statuses: [503],
    run: async (client, blocker) => ({
      responses: [await listWhileLocked(client, blocker)],
      expected: { [failed('SELECT', 'lock_timeout')]: 1, [timedOut('SELECT')]: 0 },
    }),
  },
  {
    name: 'exported',
    what: 'orders exported, page by page',
    service: 'smallPool',
    statuses: [200],
    run: async (client) => {
      const response = await client.send('GET', `${orders}/export`);
      const lines = response.body.split('\n').filter(Boolean).length;
      if (lines === 0) throw new CommandError('There were no orders to export.');
      return {
        responses: [response],
        expected: { 'db_queries_total{query_type="SELECT"}': Math.ceil(lines / 500) },
      };
    },
  },
  {
    name: 'pool-starved',
    what: 'orders listed three times concurrently, while the two connections wait for a lock',
    service: 'smallPool',
    statuses: [200, 200, 503],
    run: async (client, blocker) => {
      const responses = await blocker.during(lockOrders, async () => {
        const served = [client.send('GET', orders), client.send('GET', orders)];
        await blocker.waiting(2);
        const starved = await client.send('GET', orders);
        await blocker.release();
        return [...(await Promise.all(served)), starved];
      });
      if (!responses.at(-1)?.retryAfter)
        throw new CommandError('A request without a connection got no Retry-After header.');
      return {
        responses,
        // Without a connection there is no statement: two ran, and none failed.
        expected: {
          db_pool_acquire_timeouts_total: 1,
          'db_pool_acquire_failures_total{reason="timeout"}': 1,
          [failed('CONNECT', 'timeout')]: 1,
          'db_queries_total{query_type="SELECT"}': 2,
        },
      };
    },
  },
];

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../tools/command-line';
import type { Answer, Customer } from './customer';
import type { Obstacle } from './obstacle';

export const SLOW_THRESHOLD_MS = 100;
const BEYOND_THRESHOLD_MS = SLOW_THRESHOLD_MS + 60;

/** Of the service of each act; what it has none of is as in every service. */
export const settings = {
  /** Its statements end after a while, whatever they wait for. */
  impatient: { DATABASE_STATEMENT_TIMEOUT_MS: '500', DATABASE_LOCK_TIMEOUT_MS: '0' },
  /** It has two connections, and nobody waits long for one of them. */
  narrow: { DATABASE_POOL_SIZE: '2', DATABASE_ACQUIRE_TIMEOUT_MS: '700', DATABASE_LOCK_TIMEOUT_MS: '2500' },
} as const;
export type Cast = Readonly<Record<keyof typeof settings, Customer>>;

export interface Outcome {
  readonly answers: readonly Answer[];
  /** By series: what it must have gained, exactly. */
  readonly expected: Readonly<Record<string, number>>;
}

export interface Act {
  readonly name: string;
  readonly what: string;
  readonly who: keyof Cast;
  /** Sorted. */
  readonly statuses: readonly number[];
  readonly play: (customer: Customer, obstacle: Obstacle) => Promise<Outcome>;
}

const orders = '/api/v1/orders';
const lockOrders = 'LOCK TABLE orders IN ACCESS EXCLUSIVE MODE';
const slow = (type: string): string => `db_slow_queries_total{query_type="${type}"}`;
const failed = (type: string, errorClass: string): string =>
  `db_query_errors_total{query_type="${type}",error_class="${errorClass}"}`;
const timedOut = (type: string): string => `db_query_timeouts_total{query_type="${type}"}`;

const listWhileLocked = async (customer: Customer, obstacle: Obstacle): Promise<Answer> =>
  obstacle.during(lockOrders, () => customer.ask('GET', orders));

export const acts: readonly Act[] = [
  {
    name: 'slow',
    what: 'orders listed while their table is locked for a moment',
    who: 'impatient',
    statuses: [200],
    play: async (customer, obstacle) => {
      const answer = await obstacle.during(lockOrders, async () => {
        const asked = customer.ask('GET', orders);
        await obstacle.waiting(1);
        await delay(BEYOND_THRESHOLD_MS);
        await obstacle.clear();
        return asked;
      });
      return { answers: [answer], expected: { [slow('SELECT')]: 1 } };
    },
  },
  {
    name: 'failed',
    what: 'one new product put twice at the same moment',
    who: 'impatient',
    statuses: [201, 409],
    play: async (customer, obstacle) => {
      const path = `/api/v1/products/DEMO-${randomBytes(4).toString('hex').toUpperCase()}`;
      const product = { name: 'Wanted by two', price: { amount: 100, currency: 'EUR' } };
      // Both find that it is not there yet; the lock holds their INSERTs until both have.
      const answers = await obstacle.during('LOCK TABLE products IN SHARE MODE', async () => {
        const asked = Promise.all([customer.ask('PUT', path, product), customer.ask('PUT', path, product)]);
        await obstacle.waiting(2);
        await obstacle.clear();
        return asked;
      });
      return { answers, expected: { [failed('INSERT', 'unique')]: 1 } };
    },
  },
  {
    name: 'timed out',
    what: 'orders listed while their table is locked for longer than a statement may take',
    who: 'impatient',
    statuses: [504],
    play: async (customer, obstacle) => ({
      answers: [await listWhileLocked(customer, obstacle)],
      expected: { [timedOut('SELECT')]: 1, [failed('SELECT', 'timeout')]: 1, [slow('SELECT')]: 1 },
    }),
  },
  {
    name: 'cancelled',
    what: 'orders listed, and the statement cancelled by an operator',
    who: 'narrow',
    statuses: [504],
    play: async (customer, obstacle) => {
      const answer = await obstacle.during(lockOrders, async () => {
        const asked = customer.ask('GET', orders);
        await obstacle.cancel((await obstacle.waiting(1))[0]!);
        return asked;
      });
      return { answers: [answer], expected: { [failed('SELECT', 'cancelled')]: 1, [timedOut('SELECT')]: 0 } };
    },
  },
  {
    name: 'lock timeout',
    what: 'orders listed while their table is locked for longer than a lock may take',
    who: 'narrow',
    statuses: [503],
    play: async (customer, obstacle) => ({
      answers: [await listWhileLocked(customer, obstacle)],
      expected: { [failed('SELECT', 'lock_timeout')]: 1, [timedOut('SELECT')]: 0 },
    }),
  },
  {
    name: 'streamed',
    what: 'orders exported, as a stream of lines',
    who: 'narrow',
    statuses: [200],
    play: async (customer) => {
      const answer = await customer.ask('GET', `${orders}/export`);
      const lines = answer.body.split('\n').filter(Boolean).length;
      if (lines === 0) throw new Failure('There were no orders to export.');
      return {
        answers: [answer],
        expected: {
          db_query_streamed_rows_total: lines,
          db_query_first_row_seconds_count: 1,
          'db_queries_total{query_type="SELECT"}': 1,
        },
      };
    },
  },
  {
    name: 'pool-starved',
    what: 'orders listed three times at once, with two connections that wait for a lock',
    who: 'narrow',
    statuses: [200, 200, 503],
    play: async (customer, obstacle) => {
      const answers = await obstacle.during(lockOrders, async () => {
        const served = [customer.ask('GET', orders), customer.ask('GET', orders)];
        await obstacle.waiting(2);
        const starved = await customer.ask('GET', orders);
        await obstacle.clear();
        return [...(await Promise.all(served)), starved];
      });
      if (!answers.at(-1)?.retryAfter) throw new Failure('A starved request was not told when to try again.');
      return {
        answers,
        // What has no connection is no statement: two were made, and none failed.
        expected: { db_pool_acquire_timeouts_total: 1, 'db_queries_total{query_type="SELECT"}': 2 },
      };
    },
  },
];

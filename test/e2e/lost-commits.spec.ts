import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { FaultyNetwork, type CommitFault } from '../support/faulty-network';
import { expectProblem } from '../support/problems';
import { RunningService, type ServiceResponse } from '../support/running-service';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { aSku } from '../support/ordering.mother';
import { aPlacedOrder } from '../support/shop';

/** Of each change. */
const ATTEMPTS = 10;

/** A change, and the number of times that it has been made. */
interface Change {
  send(): Promise<ServiceResponse<any>>;
  effects(): Promise<number>;
}

describe('a change whose commit succeeds, and whose response to it is lost', () => {
  let database: ScratchDatabase;
  let network: FaultyNetwork;
  let service: RunningService;
  let witness: Client;
  beforeAll(async () => {
    database = await createScratchDatabase();
    network = await FaultyNetwork.before(database.url);
    service = await RunningService.start({
      DATABASE_URL: network.url,
      // The client gives up two seconds later.
      DATABASE_STATEMENT_TIMEOUT_MS: '1500',
      DATABASE_POOL_SIZE: String(4 * ATTEMPTS),
      LOG_LEVEL: 'warn',
    });
    witness = new Client({ connectionString: database.adminUrl });
    await witness.connect();
  });
  afterEach(() => network.comeBack());
  afterAll(async () => {
    await service.stop();
    await witness.end();
    await network.close();
    await database.drop();
  });

  const aProduct = async (stock: number): Promise<string> => {
    const sku = aSku();
    await witness.query(`INSERT INTO products VALUES ($1, 'Tea', 799, 'EUR', $2, 1)`, [sku, stock]);
    return sku;
  };
  /** A column of a product. */
  const valueOf = async (column: 'stock' | 'version', sku: string): Promise<number> => {
    const { rows } = await witness.query(`SELECT ${column}::int AS value FROM products WHERE sku = $1`, [sku]);
    return rows[0].value;
  };
  const sending = (method: string, path: string, body?: unknown) => {
    const headers = { 'idempotency-key': randomUUID() };
    return () => service.request<any>(path, { method, body, headers });
  };
  const anOrder = async (): Promise<Change> => {
    const sku = await aProduct(10);
    const body = { lines: [{ sku, quantity: 1 }] };
    return { send: sending('POST', '/api/v1/orders', body), effects: async () => 10 - (await valueOf('stock', sku)) };
  };
  const aRestock = async (): Promise<Change> => {
    const sku = await aProduct(0);
    const send = sending('POST', `/api/v1/products/${sku}/restock`, { quantity: 1 });
    return { send, effects: () => valueOf('stock', sku) };
  };
  const aCancellation = async (): Promise<Change> => {
    const sku = await aProduct(1);
    const id = await aPlacedOrder(service, { sku });
    return { send: sending('POST', `/api/v1/orders/${id}/cancel`), effects: () => valueOf('stock', sku) };
  };
  const aNewPrice = async (): Promise<Change> => {
    const sku = await aProduct(0);
    const body = { name: 'Best tea', price: { amount: 1, currency: 'EUR' } };
    const send = sending('PUT', `/api/v1/products/${sku}`, body);
    return { send, effects: async () => (await valueOf('version', sku)) - 1 };
  };

  it.each<CommitFault>(['cut', 'swallow'])(
    'is reported as an unknown outcome, and made once when it is sent again with its key (%s)',
    async (how) => {
      const changes: Change[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        for (const aChange of [anOrder, aRestock, aCancellation, aNewPrice]) changes.push(await aChange());
      }
      const effects = async () => {
        const all: number[] = [];
        for (const change of changes) all.push(await change.effects());
        return all;
      };
      const once = changes.map(() => 1);

      network.loseCommits(how);
      for (const response of await Promise.all(changes.map(({ send }) => send()))) {
        const problem = expectProblem(response, 504, 'outcome-unknown');
        expect(problem.detail).toContain('Idempotency-Key');
        expect(response.headers.get('retry-after')).toBe('1');
      }
      // The service has not repeated it by itself.
      expect(await effects()).toEqual(once);

      network.comeBack();
      for (const { send } of changes) {
        const again = await send();
        expect(again.status).toBeLessThan(300);
        expect(again.headers.get('idempotent-replayed')).toBe('true');
      }
      expect(await effects()).toEqual(once);
    },
  );

  it('leaves no connection in the pool that another request would get', async () => {
    const { send } = await aRestock();
    network.loseCommits('cut');
    expectProblem(await send(), 504, 'outcome-unknown');
    network.comeBack();
    for (let request = 0; request < ATTEMPTS; request += 1) {
      expect((await service.request('/api/v1/products?limit=1')).status).toBe(200);
    }
  });

  it('is logged with the reason', async () => {
    const line = await service.log.first(({ err }) => err?.type === 'OutcomeUnknownError');
    expect(line).toMatchObject({ level: 'warn', err: { cause: { type: 'QueryFailedError' } } });
  });
});

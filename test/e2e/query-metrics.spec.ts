import { randomUUID } from 'node:crypto';
import { Scrape } from '../support/metrics';
import { RunningService } from '../support/running-service';
import { aPlacedOrder, aStockedProduct, cancelOrder, placeOrder } from '../support/shop';

const queries = (type: string) => `db_queries_total{query_type="${type}"}`;
const durations = (type: string) => `db_query_duration_seconds_count{query_type="${type}"}`;

describe('the metrics of a service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({
      QUERY_TIMING_SLOW_THRESHOLD_MS: '50',
      DATABASE_STATEMENT_TIMEOUT_MS: '300',
    });
  });
  afterAll(() => service.stop());

  /** The increase of each series during the work; series that do not increase are left out. */
  const gainsDuring = async (work: () => Promise<unknown>) => {
    const before = await Scrape.of(service);
    await work();
    const after = await Scrape.of(service);
    return Object.fromEntries(
      ['db_queries_total', 'db_query_errors_total', 'db_slow_queries_total', 'db_query_timeouts_total']
        .flatMap((name) => after.named(name))
        .map((series): [string, number] => [series, after.value(series)! - (before.value(series) ?? 0)])
        .filter(([, gain]) => gain !== 0),
    );
  };

  // First, before any other request.
  it('have a series for each type of statement from the start, at 0', async () => {
    const scrape = await Scrape.of(service);
    for (const type of ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'BEGIN', 'COMMIT', 'ROLLBACK']) {
      expect({ type, value: scrape.value(queries(type)) }).toEqual({ type, value: 0 });
      expect({ type, value: scrape.value(durations(type)) }).toEqual({ type, value: 0 });
      expect({ type, value: scrape.value(`db_slow_queries_total{query_type="${type}"}`) }).toEqual({ type, value: 0 });
    }
    for (const reason of ['serialization', 'deadlock']) {
      expect(scrape.value(`unit_of_work_retries_total{reason="${reason}"}`)).toBe(0);
      expect(scrape.value(`unit_of_work_retries_exhausted_total{reason="${reason}"}`)).toBe(0);
    }
    expect(scrape.sum('db_query_errors_total')).toBe(0);
    expect(scrape.named('db_query_errors_total').length).toBeGreaterThan(10);
    expect(scrape.sum('db_query_timing_internal_errors_total')).toBe(0);
  });

  it('count each statement of placing an order', async () => {
    const sku = await aStockedProduct(service);
    expect(await gainsDuring(() => placeOrder(service, [{ sku, quantity: 1 }]))).toEqual({
      [queries('BEGIN')]: 1,
      [queries('SELECT')]: 1,
      // The key, the order, and its event.
      [queries('INSERT')]: 3,
      [queries('UPDATE')]: 1,
      [queries('COMMIT')]: 1,
    });
  });

  it('count the statements of cancelling an order', async () => {
    const id = await aPlacedOrder(service);
    const gains = await gainsDuring(() => cancelOrder(service, id));
    expect(gains).toMatchObject({ [queries('UPDATE')]: 2, [queries('COMMIT')]: 1 });
    expect(gains).not.toHaveProperty([queries('INSERT')]);
  });

  it('count the statements of a refused order, and its rollback', async () => {
    const sku = await aStockedProduct(service, { stock: 1 });
    expect(await gainsDuring(() => placeOrder(service, [{ sku, quantity: 2 }]))).toEqual({
      [queries('BEGIN')]: 1,
      [queries('INSERT')]: 1,
      [queries('SELECT')]: 1,
      [queries('ROLLBACK')]: 1,
    });
  });

  it('count a failed statement by the class of its error', async () => {
    await service.rows('ALTER TABLE orders RENAME TO orders_gone');
    const gains = await gainsDuring(() => service.request('/api/v1/orders'));
    await service.rows('ALTER TABLE orders_gone RENAME TO orders');
    const errors = Object.entries(gains).filter(([series]) => series.startsWith('db_query_errors_total'));
    expect(gains).toMatchObject({ [queries('SELECT')]: 1 });
    expect(errors).toEqual([[expect.stringContaining('query_type="SELECT"'), 1]]);
  });

  it('count a statement that times out once each as slow, as failed and as timed out', async () => {
    const sku = await aStockedProduct(service);
    const other = await service.connectToDatabase();
    await other.query('BEGIN');
    await other.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const gains = await gainsDuring(() => service.request('/api/v1/orders'));
    await other.query('ROLLBACK');
    expect(gains).toMatchObject({
      [queries('SELECT')]: 1,
      'db_slow_queries_total{query_type="SELECT"}': 1,
      'db_query_timeouts_total{query_type="SELECT"}': 1,
    });
    expect(Object.keys(gains).filter((series) => series.startsWith('db_query_errors_total'))).toHaveLength(1);
    expect(await placeOrder(service, [{ sku, quantity: 1 }])).toMatchObject({ status: 201 });
  });

  it('count as many durations as statements, for each type', async () => {
    const scrape = await Scrape.of(service);
    const types = scrape.named('db_queries_total').map((series) => /query_type="(\w+)"/.exec(series)![1]!);
    for (const type of types) {
      const finished = scrape.value(queries(type));
      expect({ type, count: scrape.value(durations(type)) }).toEqual({ type, count: finished });
      const infinity = `db_query_duration_seconds_bucket{le="+Inf",query_type="${type}"}`;
      const swapped = `db_query_duration_seconds_bucket{query_type="${type}",le="+Inf"}`;
      expect(scrape.value(infinity) ?? scrape.value(swapped)).toBe(finished);
    }
  });

  it('have no labels for the customer, the key or the product', async () => {
    const sku = await aStockedProduct(service);
    const before = await Scrape.of(service);
    const customer = randomUUID();
    await placeOrder(service, [{ sku, quantity: 1 }], { as: customer });
    const after = await Scrape.of(service);
    expect(after.named('db_queries_total')).toEqual(before.named('db_queries_total'));
    const { body } = await service.request<string>('/metrics', { as: null });
    expect(body).not.toContain(customer);
    expect(body).not.toContain(sku);
  });
});

describe('a service without query timing', () => {
  it('has its other metrics, and accepts orders', async () => {
    const service = await RunningService.start({ QUERY_TIMING_ENABLED: 'false' });
    await aPlacedOrder(service);
    const scrape = await Scrape.of(service);
    expect(scrape.sum('db_queries_total')).toBe(0);
    expect(scrape.value('unit_of_work_retries_total{reason="deadlock"}')).toBe(0);
    await service.stop();
  });
});

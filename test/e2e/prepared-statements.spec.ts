import { Scrape } from '../support/metrics';
import { RunningService } from '../support/running-service';
import { aStockedProduct, placeOrder, statusesOf } from '../support/shop';

/** Changes the type of columns that the statements of the service return. */
const MIGRATION = `
  ALTER TABLE products ALTER COLUMN name TYPE varchar(1000);
  ALTER TABLE orders ALTER COLUMN status TYPE varchar(100), ALTER COLUMN currency TYPE varchar(100)`;

describe('a service whose statements are prepared', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ DATABASE_POOL_SIZE: '4' });
  });
  afterAll(() => service.stop());

  const scraped = async (series: string) => (await Scrape.of(service)).value(series) ?? 0;
  const retries = () => scraped('unit_of_work_retries_total{reason="prepared_statement"}');

  /** Places and lists orders, several at a time, as often as it takes until all statements are prepared on all connections. */
  const work = async (sku: string) => {
    const responses = [];
    for (let i = 0; i < 6; i++) {
      const placing = [1, 2, 3, 4].map(() => placeOrder(service, [{ sku, quantity: 1 }]));
      responses.push(...(await Promise.all(placing)));
      const listing = ['orders', 'products', 'orders', 'products'].map((list) => service.request(`/api/v1/${list}`));
      responses.push(...(await Promise.all(listing)));
    }
    return statusesOf(responses);
  };

  it('is migrated without a client that notices', async () => {
    const sku = await aStockedProduct(service, { stock: 1000 });
    expect(await work(sku)).toEqual({ 200: 24, 201: 24 });
    const errors = () => scraped('db_query_errors_total{query_type="SELECT",error_class="prepared_statement"}');
    expect([await retries(), await errors()]).toEqual([0, 0]);
    await service.rows(MIGRATION);
    expect(await work(sku)).toEqual({ 200: 24, 201: 24 });
    expect(await retries()).toBeGreaterThan(0);
    const after = await retries();
    expect(await work(sku)).toEqual({ 200: 24, 201: 24 });
    expect(await retries()).toBe(after);
  });
});

import { DataSource } from 'typeorm';
import { OrderingQueries } from '../../src/application/ordering/ordering.queries';
import { Scrape } from '../support/metrics';
import { RunningService } from '../support/running-service';
import { aPlacedOrder } from '../support/shop';

const NAME = 'GET /api/v1/orders';
const ORDERS = 12;

describe('a list that sends one statement per row', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ NODE_ENV: 'development', LOG_LEVEL: 'warn' });
    for (let i = 0; i < ORDERS; i++) await aPlacedOrder(service);
  });
  afterAll(() => service.stop());

  it('is not reported as long as it sends one for all rows', async () => {
    const { headers } = await service.request('/api/v1/orders');
    expect(headers.get('x-query-count')).toBe('1');
    expect(headers.get('server-timing')).toContain('desc="1 statement"');
    expect(service.log.lines).toEqual([]);
  });

  it('is caught in the headers of its response, in the log and in the metrics', async () => {
    const { app } = service.service;
    const queries = app.get(OrderingQueries, { strict: false });
    const list = queries.listOrders.bind(queries);
    jest.spyOn(queries, 'listOrders').mockImplementation((query) =>
      list(query).map(async (orders) => {
        for (const { item } of orders) {
          await app.get(DataSource).query('SELECT * FROM order_lines WHERE order_id = $1', [item.id]);
        }
        return orders;
      }),
    );
    const { headers } = await service.request('/api/v1/orders', { headers: { 'x-request-id': 'the-broken-one' } });
    expect(headers.get('x-query-count')).toBe(`${1 + ORDERS}`);

    const repeated = await service.log.first(({ operation }) => operation === 'DB_REPEATED_STATEMENT');
    expect(repeated).toMatchObject({
      scope: NAME,
      statement: 'SELECT * FROM order_lines WHERE order_id = $1',
      count: ORDERS,
    });
    const budget = await service.log.first(({ operation }) => operation === 'DB_QUERY_BUDGET');
    expect(budget).toMatchObject({ scope: NAME });
    for (const line of [repeated, budget]) expect(line.request_id ?? line.requestId).toBe('the-broken-one');

    const scrape = await Scrape.of(service);
    expect(scrape.value(`db_query_budget_exceeded_total{scope="${NAME}"}`)).toBe(1);
    expect(scrape.value(`db_repeated_statements_total{scope="${NAME}"}`)).toBe(1);
    expect(scrape.value(`db_scope_statements_count{scope="${NAME}"}`)).toBe(2);
  });
});

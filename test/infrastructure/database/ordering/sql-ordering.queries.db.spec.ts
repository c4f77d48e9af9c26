import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { RecentWrites } from '../../../../src/infrastructure/consistency/recent-writes';
import { createDataSource } from '../../../../src/infrastructure/database/data-source';
import { SqlOrderingQueries } from '../../../../src/infrastructure/database/ordering/sql-ordering.queries';
import { TypeOrmProductRepository } from '../../../../src/infrastructure/database/ordering/typeorm-product.repository';
import { StaleReads } from '../../../../src/infrastructure/database/replica/stale-reads';
import { aConfiguration } from '../../../support/configuration';
import { createScratchDatabase, type ScratchDatabase } from '../../../support/scratch-database';

const CUSTOMER = 'alice';
const ORDER = '018f0000-0000-7000-8000-000000000001';

/** Two databases with different contents stand for the primary and for what may be old. */
describe('the reads of ordering', () => {
  const databases: ScratchDatabase[] = [];
  const dataSources: DataSource[] = [];
  let queries: SqlOrderingQueries;
  beforeAll(async () => {
    for (const sku of ['CURRENT', 'OLD']) {
      const database = await createScratchDatabase();
      databases.push(database);
      const dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
      dataSources.push(dataSource);
      await dataSource.query(
        `INSERT INTO products (sku, name, price_amount, price_currency, stock, version) VALUES ($1, $1, 1, 'EUR', 1, 1)`,
        [sku],
      );
      await dataSource.query(
        `INSERT INTO orders (id, customer_id, status, total_amount, currency, placed_at, version)
         VALUES ($1, $2, 'placed', 1, 'EUR', now(), 1)`,
        [ORDER, CUSTOMER],
      );
      await dataSource.query(
        `INSERT INTO order_lines (order_id, line_number, sku, quantity, unit_price) VALUES ($1, 1, $2, 1, 1)`,
        [ORDER, sku],
      );
    }
    const [current, old] = dataSources as [DataSource, DataSource];
    queries = new SqlOrderingQueries(current, new StaleReads(old, undefined, new RecentWrites()));
  });
  afterAll(async () => {
    for (const dataSource of dataSources) await dataSource.destroy();
    for (const database of databases) await database.drop();
  });

  it('may be old for lists, the catalogue and exports', async () => {
    const orders = (await queries.listOrders({ customerId: CUSTOMER, limit: 10 }))._unsafeUnwrap();
    expect(orders.map(({ item }) => item.lines[0]!.sku)).toEqual(['OLD']);
    for (const after of [undefined, [''] as const]) {
      const products = (await queries.listProducts({ after, limit: 10 }))._unsafeUnwrap();
      expect(products.map(({ item }) => item.sku)).toEqual(['OLD']);
    }
  });

  it('are current for one order', async () => {
    const order = (await queries.findOrder(ORDER, CUSTOMER))._unsafeUnwrap();
    expect(order?.lines[0]!.sku).toBe('CURRENT');
  });
});

describe('amounts', () => {
  const amount = Number.MAX_SAFE_INTEGER;
  let database: ScratchDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await createScratchDatabase();
    const admin = new Client({ connectionString: database.adminUrl });
    await admin.connect();
    // As an old configuration may have it, which a server keeps through its upgrades.
    await admin.query(`ALTER DATABASE ${database.name} SET extra_float_digits = 0`);
    await admin.end();
    dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
    await dataSource.query(`INSERT INTO products VALUES ('GOLD', 'Gold', ${amount}, 'EUR', ${amount}, 1)`);
    await dataSource.query(
      `INSERT INTO orders VALUES ('${ORDER}', '${CUSTOMER}', 'placed', ${amount}, 'EUR', now(), 1)`,
    );
    await dataSource.query(`INSERT INTO order_lines VALUES ('${ORDER}', 1, 'GOLD', 1, ${amount})`);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('have all their digits in a database with fewer digits for other numbers', async () => {
    const queries = new SqlOrderingQueries(dataSource, new StaleReads(dataSource, undefined, new RecentWrites()));
    const order = (await queries.findOrder(ORDER, CUSTOMER))._unsafeUnwrap();
    expect(order).toMatchObject({ total: { amount }, lines: [{ unitPrice: { amount } }] });
    const [product] = (await queries.listProducts({ after: undefined, limit: 1 }))._unsafeUnwrap();
    expect(product!.item).toMatchObject({ price: { amount }, stock: amount });
    const [locked] = (await new TypeOrmProductRepository(dataSource.manager).findForUpdate(['GOLD']))._unsafeUnwrap();
    expect(locked).toMatchObject({ price: { amount }, stock: amount });
  });
});

/** A statement without parameters is not prepared; one with a parameter for its limit is planned each time. */
it('the pages of ordering have parameters, and a number as their limit', async () => {
  const sent: { text: string; parameters: unknown[] }[] = [];
  const source = {
    query: async (text: string, parameters: unknown[]) => {
      sent.push({ text, parameters });
      return [];
    },
  } as unknown as DataSource;
  const queries = new SqlOrderingQueries(source, source as unknown as StaleReads);
  const after = ['2026-01-01T00:00:00.000000Z', ORDER] as const;
  for (const page of [{}, { after }, { status: 'placed' as const }, { status: 'placed' as const, after }]) {
    (await queries.listOrders({ customerId: CUSTOMER, limit: 21, ...page }))._unsafeUnwrap();
  }
  for (const page of [{}, { after: ['A'] as const }]) {
    (await queries.listProducts({ limit: 21, ...page }))._unsafeUnwrap();
  }
  expect(sent).toHaveLength(6);
  for (const { text, parameters } of sent) {
    expect(text).toMatch(/ LIMIT 21$/);
    expect(parameters).not.toHaveLength(0);
  }
});

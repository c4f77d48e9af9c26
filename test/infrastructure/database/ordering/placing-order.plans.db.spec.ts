import { PlaceOrder } from '../../../../src/application/ordering/place-order';
import { createDataSource } from '../../../../src/infrastructure/database/data-source';
import { TypeOrmOrderingUnitOfWork } from '../../../../src/infrastructure/database/ordering/typeorm-ordering.unit-of-work';
import { TransactionRunner } from '../../../../src/infrastructure/database/transaction-runner';
import { SystemClock } from '../../../../src/infrastructure/system/system-clock';
import { UuidGenerator } from '../../../../src/infrastructure/system/uuid-generator';
import { aConfiguration } from '../../../support/configuration';
import { aPlaceOrderCommand } from '../../../support/ordering.mother';
import { createScratchDatabase } from '../../../support/scratch-database';

/** PostgreSQL makes at least five plans before it decides whether one is good for all parameters. */
const ORDERS = 12;
const PRODUCTS = 1_000;

it('no statement of placing an order is planned for each execution', async () => {
  const database = await createScratchDatabase();
  const { database: settings } = aConfiguration({ DATABASE_POOL_SIZE: '1' });
  const dataSource = await createDataSource(database.url, settings).initialize();
  await dataSource.query(
    `INSERT INTO products (sku, name, price_amount, price_currency, stock, version)
     SELECT 'SKU-' || n, 'Tea ' || n, 100, 'EUR', 1000, 1 FROM generate_series(1, ${PRODUCTS}) n`,
  );
  await dataSource.query('ANALYZE products');
  const runner = new TransactionRunner(dataSource, { retried: () => undefined, exhausted: () => undefined });
  const unitOfWork = new TypeOrmOrderingUnitOfWork(runner);
  const placeOrder = new PlaceOrder(unitOfWork, new UuidGenerator(), new SystemClock(), { milliseconds: 60_000 });
  for (let n = 1; n <= ORDERS; n++) {
    const lines = [n, n + 500].map((number) => ({ sku: `SKU-${number}`, quantity: 1 }));
    (await placeOrder.execute(aPlaceOrderCommand({ lines })))._unsafeUnwrap();
  }
  const planned = await dataSource.query<{ statement: string; for_all: boolean }[]>(
    `SELECT statement, generic_plans > 0 AS for_all FROM pg_prepared_statements`,
  );
  await dataSource.destroy();
  await database.drop();
  expect(planned.length).toBeGreaterThanOrEqual(5);
  expect(planned.filter(({ for_all }) => !for_all)).toEqual([]);
});

import { Command } from 'commander';
import { Client } from 'pg';
import { run, wholeNumber } from '../../tools/command-line';
import { startOwnService } from '../../tools/demo/own-service';
import { CUSTOMER } from '../../tools/demo/target';
import { session, type Session } from '../../tools/session';
import { exportWithBreaks } from './export-with-breaks';

interface Options {
  readonly orders: number;
  readonly breakAfter: number;
}

/** Inserts in steps, so that no statement is large. */
const ORDERS_PER_STEP = 50_000;

async function insertOrders(client: Client, orders: number, { progress, signal }: Session): Promise<void> {
  await client.query(`INSERT INTO products VALUES ('EXPORTED', 'Tea', 100, 'EUR', 0, 1)`);
  for (let first = 1; first <= orders; first += ORDERS_PER_STEP) {
    signal.throwIfAborted();
    progress.update(`Inserting orders: ${first - 1} of ${orders}`);
    await client.query(
      `WITH placed AS (
         INSERT INTO orders
         SELECT gen_random_uuid(), $1, 'placed', 100, 'EUR', now() - n * interval '1 second', 1
           FROM generate_series($2::integer, $3::integer) n
         RETURNING id)
       INSERT INTO order_lines SELECT id, 1, 'EXPORTED', 1, 100 FROM placed`,
      [CUSTOMER, first, Math.min(orders, first + ORDERS_PER_STEP - 1)],
    );
  }
  await client.query('ANALYZE orders, order_lines');
}

/** The slowest statement of the export, in ms, as PostgreSQL measured it. */
async function slowestPage(client: Client): Promise<number> {
  const { rows } = await client.query<{ ms: number }>(
    `SELECT max(max_exec_time)::float8 AS ms FROM pg_stat_statements
      WHERE query LIKE '%order_lines%' AND query LIKE 'SELECT%' AND userid <> current_user::regrole`,
  );
  return rows[0]?.ms ?? NaN;
}

async function exportAll({ orders, breakAfter }: Options, given: Session): Promise<void> {
  const { url, token, databaseUrl } = await startOwnService({}, given);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  given.undo.add(() => client.end());
  await insertOrders(client, orders, given);

  const began = performance.now();
  const { ids, requests } = await exportWithBreaks(`${url}/api/v1/orders/export`, token, breakAfter, (count) => {
    given.signal.throwIfAborted();
    given.progress.update(`Exporting: ${count} of ${orders}`);
  });
  const seconds = (performance.now() - began) / 1_000;
  given.progress.end();
  const distinct = new Set(ids).size;
  console.log(
    `${ids.length} orders, ${distinct} of them distinct, in ${requests} requests and ${seconds.toFixed(1)} s`,
  );
  console.log(
    `the slowest statement took ${(await slowestPage(client)).toFixed(0)} ms of the 5000 ms that one may take`,
  );
  if (ids.length !== orders || distinct !== orders) {
    console.error(`Expected ${orders} orders, each of them once.`);
    process.exitCode = 1;
  }
}

void run(
  new Command('exports')
    .description(
      'Exports many orders of one customer to their end, from a service with the default limits, by a client that ' +
        'breaks off and continues after the last order that it has.',
    )
    .option('--orders <number>', 'how many there are', wholeNumber(1, 10_000_000), 300_000)
    .option('--break-after <number>', 'orders after which the client breaks off', wholeNumber(1, 10_000_000), 70_000)
    .action((options: Options) => session((given) => exportAll(options, given))),
);

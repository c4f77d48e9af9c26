import { Client } from 'pg';
import { READER, type Fixture } from './scenarios';

const PRODUCTS = 1_000;
const ORDERS = 200;
/** With fewer, PostgreSQL would read whole tables, and each server would have the plans of the size at which it started. */
const OTHER_ORDERS = 20_000;
const OTHER_CUSTOMERS = 100;

/** Fills the migrated, empty database of the benchmark. */
export async function createFixture(adminUrl: string): Promise<Fixture> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const products = await client.query<{ sku: string }>(
      `INSERT INTO products
         SELECT 'SKU-' || to_char(n, 'FM0000'), 'Product ' || n, 100 + n, 'EUR', 1000000000, 1
           FROM generate_series(1, $1::integer) n
       RETURNING sku`,
      [PRODUCTS],
    );
    const orders = await client.query<{ id: string }>(
      `INSERT INTO orders
         SELECT gen_random_uuid(), $2, 'placed', 302 + 3 * n, 'EUR', now() - n * interval '1 minute', 1
           FROM generate_series(1, $1::integer) n
       RETURNING id`,
      [ORDERS, READER],
    );
    await client.query(
      `INSERT INTO orders
         SELECT gen_random_uuid(), 'customer ' || n % $2, 'placed', 302, 'EUR', now() - n * interval '1 minute', 1
           FROM generate_series(1, $1::integer) n`,
      [OTHER_ORDERS, OTHER_CUSTOMERS],
    );
    await client.query(
      `INSERT INTO order_lines
         SELECT id, line, 'SKU-' || to_char(line, 'FM0000'), line, 100 + line
           FROM orders, generate_series(1, 2) line`,
    );
    await client.query('ANALYZE');
    return { orderIds: orders.rows.map(({ id }) => id), skus: products.rows.map(({ sku }) => sku).sort() };
  } finally {
    await client.end();
  }
}

import fastify from 'fastify';
import { Pool, type QueryConfig } from 'pg';
import { NewOrder, toOrder, toPage, type Line, type ListedOrderRow, type OrderRow, type ProductRow } from './orders';
import * as sql from './service-sql';

/**
 * The baseline: the least code that returns the same responses with the same SQL. No framework but Fastify, no ORM, no tokens,
 * no validation, no log, no metrics; `x-customer` is trusted. With NAMED_STATEMENTS=true, PostgreSQL parses and plans each
 * statement once per connection.
 */
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });
const app = fastify();
const names = new Map<string, string>();
function statement(text: string, values: unknown[]): QueryConfig {
  if (process.env.NAMED_STATEMENTS !== 'true') return { text, values };
  const name = names.get(text) ?? `statement_${names.size}`;
  names.set(text, name);
  return { name, text, values };
}

app.get<{ Params: { id: string } }>('/api/v1/orders/:id', async (request) => {
  const { rows } = await pool.query<OrderRow>(
    statement(sql.selectOrder, [request.params.id, request.headers['x-customer']]),
  );
  return toOrder(rows[0]!);
});

app.get<{ Querystring: { limit: string } }>('/api/v1/orders', async (request) => {
  const limit = Number(request.query.limit);
  const { rows } = await pool.query<ListedOrderRow>(
    statement(sql.selectOrders(limit + 1), [request.headers['x-customer']]),
  );
  return toPage(rows, limit);
});

app.post<{ Body: { lines: Line[] } }>('/api/v1/orders', async ({ headers, body }, reply) => {
  const placing = new NewOrder(headers['x-customer'] as string, body.lines);
  const client = await pool.connect();
  try {
    await client.query(sql.begin);
    await client.query(statement(sql.claimKey, placing.claim(headers['idempotency-key'] as string)));
    const { rows } = await client.query<ProductRow>(statement(sql.lockProducts, placing.lock()));
    const { order, update, insert, event } = placing.place(rows);
    await client.query(statement(sql.updateProducts, update));
    await client.query(statement(sql.insertOrder, insert));
    await client.query(statement(sql.insertEvent, event));
    await client.query(sql.commit);
    void reply.code(201).header('location', `/api/v1/orders/${order.id}`);
    return toOrder(order);
  } finally {
    client.release();
  }
});

app.get('/health/ready', async () => ({ status: 'ok' }));

void app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit(0));

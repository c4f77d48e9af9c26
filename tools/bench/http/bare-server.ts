import { createHash, randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { Pool } from 'pg';
import * as sql from './service-sql';

/**
 * What the service is measured against: the least that answers the same with the same SQL. No framework but Fastify, no
 * ORM, no tokens, no validation, no log, no metrics; whoever sends `x-customer` is believed.
 */
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });
const app = fastify();

interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly total_amount: number;
  readonly currency: string;
  readonly placed_at: Date;
  readonly version: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unit_price: number }[];
}

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

function toOrder({ id, status, total_amount, currency, placed_at, version, lines }: OrderRow) {
  return {
    id,
    status,
    lines: lines.map(({ sku, quantity, unit_price }) => ({
      sku,
      quantity,
      unitPrice: { amount: unit_price, currency },
    })),
    total: { amount: total_amount, currency },
    placedAt: placed_at.toISOString(),
    version,
  };
}

app.get<{ Params: { id: string } }>('/api/v1/orders/:id', async (request) => {
  const { rows } = await pool.query<OrderRow>(sql.selectOrder, [request.params.id, request.headers['x-customer']]);
  return toOrder(rows[0]!);
});

app.get<{ Querystring: { limit: string } }>('/api/v1/orders', async (request) => {
  const limit = Number(request.query.limit);
  const { rows } = await pool.query<OrderRow>(sql.selectOrders, [request.headers['x-customer'], limit + 1]);
  const items = rows.slice(0, limit).map(toOrder);
  const last = items.at(-1);
  if (rows.length <= limit || !last) return { items };
  return { items, nextCursor: Buffer.from(JSON.stringify([last.placedAt, last.id])).toString('base64url') };
});

app.post<{ Body: { lines: Line[] } }>('/api/v1/orders', async (request, reply) => {
  const customer = request.headers['x-customer'];
  const { lines } = request.body;
  const id = randomUUID();
  const now = new Date();
  const client = await pool.connect();
  try {
    await client.query(sql.begin);
    const hash = createHash('sha256')
      .update(JSON.stringify(lines.map(({ sku, quantity }) => [sku, quantity])))
      .digest();
    const expiry = new Date(now.getTime() + 86_400_000);
    await client.query(sql.claimKey, [customer, request.headers['idempotency-key'], hash, id, expiry, now]);
    const { rows } = await client.query(sql.lockProducts, [lines.map(({ sku }) => sku)]);
    const products = new Map(rows.map((row) => [row.sku as string, row]));
    const updated = lines.map(({ sku, quantity }) => ({ product: products.get(sku), quantity }));
    await client.query(sql.updateProducts, [
      updated.map(({ product }) => product.sku),
      updated.map(({ product }) => product.name),
      updated.map(({ product }) => Number(product.price_amount)),
      updated.map(({ product }) => product.price_currency),
      updated.map(({ product, quantity }) => Number(product.stock) - quantity),
      updated.map(({ product }) => product.version + 1),
    ]);
    const placed = updated.map(({ product, quantity }) => ({
      sku: product.sku as string,
      quantity,
      unit_price: Number(product.price_amount),
    }));
    const currency = updated[0]!.product.price_currency as string;
    const total = placed.reduce((sum, line) => sum + line.quantity * line.unit_price, 0);
    await client.query(sql.insertOrder, [
      id,
      customer,
      'placed',
      total,
      currency,
      now,
      1,
      placed.map(({ sku }) => sku),
      placed.map(({ quantity }) => quantity),
      placed.map(({ unit_price }) => unit_price),
    ]);
    await client.query(sql.commit);
    void reply.code(201).header('location', `/api/v1/orders/${id}`);
    return toOrder({
      id,
      status: 'placed',
      total_amount: total,
      currency,
      placed_at: now,
      version: 1,
      lines: placed,
    });
  } finally {
    client.release();
  }
});

app.get('/health/ready', async () => ({ status: 'ok' }));

void app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit(0));

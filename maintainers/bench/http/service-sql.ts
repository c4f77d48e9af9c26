/**
 * The statements that the service sends, for the bare server to send the same. The benchmark compares what PostgreSQL
 * saw of both, and refuses to compare servers that differ.
 */
const orderColumns = `
  SELECT id, status, to_json(total_amount) AS total_amount, currency, placed_at, version,
         (SELECT json_agg(json_build_object('sku', sku, 'quantity', quantity, 'unit_price', unit_price)
                          ORDER BY line_number)
            FROM order_lines WHERE order_id = orders.id) AS lines`;

export const selectOrder = `${orderColumns}
    FROM orders WHERE id = $1 AND customer_id = $2`;

export const selectOrders = (limit: number) => `${orderColumns},
         to_char(placed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS placed_at_text
    FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC, id DESC LIMIT ${limit}`;

export const begin = 'START TRANSACTION';

export const claimKey = `
  INSERT INTO idempotency_keys AS held (customer_id, key, request_hash, resource_id, expires_at)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE SET
    request_hash = CASE WHEN held.expires_at <= least($6, now()) THEN excluded.request_hash ELSE held.request_hash END,
    resource_id = CASE WHEN held.expires_at <= least($6, now()) THEN excluded.resource_id ELSE held.resource_id END,
    expires_at = CASE WHEN held.expires_at <= least($6, now()) THEN excluded.expires_at ELSE held.expires_at END
  RETURNING resource_id, request_hash = $3 AS same_request`;

export const lockProducts = `SELECT sku, name, to_json(price_amount) AS price_amount, price_currency, to_json(stock) AS stock, version
         FROM products WHERE sku = ANY ((SELECT $1::text[])::text[]) ORDER BY sku FOR UPDATE`;

export const updateProducts = `UPDATE products SET name = new.name, price_amount = new.amount, price_currency = new.currency,
              stock = new.stock, version = new.version
         FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::integer[])
              AS new (sku, name, amount, currency, stock, version)
        WHERE products.sku = new.sku AND products.version = new.version - 1 AND products.sku = ANY ((SELECT $1::text[])::text[])`;

export const insertOrder = `WITH placed AS (
         INSERT INTO orders (id, customer_id, status, total_amount, currency, placed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
       )
       INSERT INTO order_lines (order_id, line_number, sku, quantity, unit_price)
       SELECT $1, line.number, line.sku, line.quantity, line.unit_price
         FROM unnest($8::text[], $9::bigint[], $10::bigint[])
              WITH ORDINALITY AS line (sku, quantity, unit_price, number)`;

export const insertEvent = `
  INSERT INTO outbox_events (type, aggregate_type, aggregate_id, occurred_at, data)
  SELECT type, aggregate_type, aggregate_id, occurred_at, data
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::json[])
         WITH ORDINALITY AS event (type, aggregate_type, aggregate_id, occurred_at, data, number)
   ORDER BY number`;

export const commit = 'COMMIT';

import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import { DataSource } from 'typeorm';
import {
  OrderingQueries,
  type OrderListing,
  type OrderPosition,
  type ProductListing,
  type ProductPosition,
} from '../../../application/ordering/ordering.queries';
import type { OrderView, ProductView } from '../../../application/ordering/ordering.views';
import type { Positioned } from '../../../application/shared/page';
import type { OrderStatus } from '../../../domain/ordering/order';
import { asNumber } from '../columns';
import { StaleReads } from '../replica/stale-reads';
import { limited } from '../limited';
import { select } from '../select';

interface OrderViewRow {
  id: string;
  status: OrderStatus;
  total_amount: number;
  currency: string;
  placed_at: Date;
  version: number;
  lines: { sku: string; quantity: number; unit_price: number }[];
}

interface PositionedOrderRow extends OrderViewRow {
  placed_at_text: string;
}

interface ProductViewRow {
  sku: string;
  name: string;
  price_amount: number;
  price_currency: string;
  stock: number;
  version: number;
}

// Constant statements where possible: a statement that is concatenated for each call is a new string each time, which V8 has
// to flatten and to hash, and the query timing has to look up by its text.

/** Orders with their lines in one statement: a join would repeat the order on every line. */
const orderColumns = `
  SELECT id, status, ${asNumber('total_amount')}, currency, placed_at, version,
         (SELECT json_agg(json_build_object('sku', sku, 'quantity', quantity, 'unit_price', unit_price)
                          ORDER BY line_number)
            FROM order_lines WHERE order_id = orders.id) AS lines`;
const selectOrders = `${orderColumns}
    FROM orders`;
/** The time as text, with the microseconds that a Date would lose. */
const placedAtText = `to_char(placed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS placed_at_text`;
const selectPositionedOrders = `${orderColumns}, ${placedAtText}
    FROM orders`;
const pageOfOrders = (conditions: string) =>
  limited(`${selectPositionedOrders} WHERE customer_id = $1${conditions} ORDER BY placed_at DESC, id DESC`);
const selectFirstOrders = pageOfOrders('');
const selectOrdersAfter = pageOfOrders(' AND (placed_at, id) < ($2, $3)');
const selectFirstOrdersByStatus = pageOfOrders(' AND status = $2');
const selectOrdersByStatusAfter = pageOfOrders(' AND status = $2 AND (placed_at, id) < ($3, $4)');
const selectPosition = `SELECT ${placedAtText} FROM orders WHERE id = $1 AND customer_id = $2`;
const selectOrder = `${selectOrders} WHERE id = $1 AND customer_id = $2`;

const selectProducts = `
  SELECT sku, name, ${asNumber('price_amount')}, price_currency, ${asNumber('stock')}, version
    FROM products`;
const selectProductsAfter = limited(`${selectProducts} WHERE sku > $1 ORDER BY sku`);
/** No SKU is empty. A statement without parameters would not be prepared. */
const BEFORE_ALL_SKUS = '';

/**
 * Plain SQL: reads need no aggregates, and a page of any length takes one statement. Lists may be a little old, but have what
 * their caller has written.
 */
@Injectable()
export class SqlOrderingQueries extends OrderingQueries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly staleReads: StaleReads,
  ) {
    super();
  }

  findOrder(orderId: string, customerId: string): ResultAsync<OrderView | undefined, never> {
    return select<OrderViewRow, OrderView | undefined>(
      this.dataSource,
      selectOrder,
      [orderId, customerId],
      (rows) => rows[0] && toOrderView(rows[0]),
    );
  }

  listOrders({
    customerId,
    status,
    after,
    limit,
  }: OrderListing): ResultAsync<Positioned<OrderView, OrderPosition>[], never> {
    const page = (statement: (limit: number) => string, parameters: unknown[]) =>
      select(this.staleReads, statement(limit), [customerId, ...parameters], toPositionedOrders);
    if (status)
      return after ? page(selectOrdersByStatusAfter, [status, ...after]) : page(selectFirstOrdersByStatus, [status]);
    return after ? page(selectOrdersAfter, [...after]) : page(selectFirstOrders, []);
  }

  findOrderPosition(orderId: string, customerId: string): ResultAsync<OrderPosition | undefined, never> {
    return select<{ placed_at_text: string }, OrderPosition | undefined>(
      this.dataSource,
      selectPosition,
      [orderId, customerId],
      ([row]) => row && [row.placed_at_text, orderId],
    );
  }

  listProducts({ after, limit }: ProductListing): ResultAsync<Positioned<ProductView, ProductPosition>[], never> {
    return select(this.staleReads, selectProductsAfter(limit), [after?.[0] ?? BEFORE_ALL_SKUS], toPositionedProducts);
  }
}

const toPositionedOrders = (rows: PositionedOrderRow[]): Positioned<OrderView, OrderPosition>[] =>
  rows.map((row) => ({ item: toOrderView(row), position: [row.placed_at_text, row.id] }));
const toPositionedProducts = (rows: ProductViewRow[]): Positioned<ProductView, ProductPosition>[] =>
  rows.map((row) => ({ item: toProductView(row), position: [row.sku] }));

function toOrderView({ id, status, total_amount, currency, placed_at, version, lines }: OrderViewRow): OrderView {
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

function toProductView({ sku, name, price_amount, price_currency, stock, version }: ProductViewRow): ProductView {
  return { sku, name, price: { amount: price_amount, currency: price_currency }, stock, version };
}

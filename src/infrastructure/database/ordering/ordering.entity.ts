import { EntitySchema } from 'typeorm';
import type { OrderStatus } from '../../../domain/ordering/order';

/** The rows as they are stored. Plain shapes: the aggregates know nothing of them. */
export interface ProductRow {
  sku: string;
  name: string;
  priceAmount: number;
  priceCurrency: string;
  stock: number;
  version: number;
}

export interface OrderRow {
  id: string;
  customerId: string;
  status: OrderStatus;
  totalAmount: number;
  currency: string;
  placedAt: Date;
  version: number;
  lines?: OrderLineRow[];
}

export interface OrderLineRow {
  orderId: string;
  lineNumber: number;
  sku: string;
  quantity: number;
  unitPrice: number;
  order?: OrderRow;
}

/**
 * Below, the entities name every constraint and index too, so that they and the migrations describe one schema:
 * `npm run migration:generate` writes what is different.
 */

/** bigint reaches us as text; whatever we store in one is a safe integer. */
const wholeNumber = { type: 'bigint', transformer: { to: Number, from: Number } } as const;

export const ProductEntity = new EntitySchema<ProductRow>({
  name: 'product',
  tableName: 'products',
  columns: {
    sku: { type: 'text', primary: true },
    name: { type: 'text' },
    priceAmount: { name: 'price_amount', ...wholeNumber },
    priceCurrency: { name: 'price_currency', type: 'char', length: 3 },
    stock: wholeNumber,
    version: { type: 'integer' },
  },
  checks: [
    { name: 'products_price_not_negative', expression: 'price_amount >= 0' },
    { name: 'products_stock_not_negative', expression: 'stock >= 0' },
  ],
});

export const OrderEntity = new EntitySchema<OrderRow>({
  name: 'order',
  tableName: 'orders',
  columns: {
    id: { type: 'uuid', primary: true },
    customerId: { name: 'customer_id', type: 'text' },
    status: { type: 'text' },
    totalAmount: { name: 'total_amount', ...wholeNumber },
    currency: { type: 'char', length: 3 },
    placedAt: { name: 'placed_at', type: 'timestamptz' },
    version: { type: 'integer' },
  },
  relations: { lines: { type: 'one-to-many', target: 'order_line', inverseSide: 'order' } },
  checks: [{ name: 'orders_status_known', expression: `status IN ('placed', 'cancelled')` }],
  // TypeORM knows no order within an index: these are told of, and left to the migrations.
  indices: [
    { name: 'orders_by_customer', synchronize: false },
    { name: 'orders_by_customer_and_status', synchronize: false },
  ],
});

export const OrderLineEntity = new EntitySchema<OrderLineRow>({
  name: 'order_line',
  tableName: 'order_lines',
  columns: {
    orderId: { name: 'order_id', type: 'uuid', primary: true },
    lineNumber: { name: 'line_number', type: 'integer', primary: true },
    sku: { type: 'text' },
    quantity: wholeNumber,
    unitPrice: { name: 'unit_price', ...wholeNumber },
  },
  relations: {
    order: {
      type: 'many-to-one',
      target: 'order',
      inverseSide: 'lines',
      joinColumn: { name: 'order_id', foreignKeyConstraintName: 'order_lines_order_fkey' },
    },
  },
  foreignKeys: [
    { name: 'order_lines_product_fkey', target: 'product', columnNames: ['sku'], referencedColumnNames: ['sku'] },
  ],
  checks: [{ name: 'order_lines_quantity_positive', expression: 'quantity > 0' }],
  indices: [{ name: 'order_lines_by_sku', columns: ['sku'] }],
});

export const orderingEntities = [ProductEntity, OrderEntity, OrderLineEntity];

import { EntitySchema } from 'typeorm';
import type { OrderStatus } from '../../../domain/ordering/order';
import { wholeNumber } from '../columns';

/** Rows as they are stored. The aggregates do not depend on them. */
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
 * The entities below also name every constraint and index, so that they and the migrations describe the same schema:
 * `npm run migration:generate` writes the differences.
 */

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
  // TypeORM cannot describe the sort order of an index: these are declared here and created by the migrations.
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

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

/** bigint reaches us as text; whatever we store in one is a safe integer. */
const wholeNumber = { type: 'bigint', transformer: { to: Number, from: Number } } as const;

export const ProductRecord = new EntitySchema<ProductRow>({
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
});

export const OrderRecord = new EntitySchema<OrderRow>({
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
});

export const OrderLineRecord = new EntitySchema<OrderLineRow>({
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
    order: { type: 'many-to-one', target: 'order', inverseSide: 'lines', joinColumn: { name: 'order_id' } },
  },
});

export const orderingRecords = [ProductRecord, OrderRecord, OrderLineRecord];

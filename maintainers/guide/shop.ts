import { EntitySchema } from 'typeorm';

/** The tables of most cases: like those of the service, with integer keys, so that a million rows are created fast. */
export interface Customer {
  id: number;
  email: string;
  name: string;
  orders?: Order[];
}

export interface Order {
  id: number;
  customerId: number;
  status: string;
  placedAt: Date;
  totalAmount: number;
  note: string;
  customer?: Customer;
  items?: OrderItem[];
}

export interface OrderItem {
  orderId: number;
  itemNumber: number;
  sku: string;
  quantity: number;
  order?: Order;
}

export const CustomerEntity = new EntitySchema<Customer>({
  name: 'customer',
  tableName: 'customers',
  columns: { id: { type: 'integer', primary: true }, email: { type: 'text' }, name: { type: 'text' } },
  relations: { orders: { type: 'one-to-many', target: 'order', inverseSide: 'customer' } },
});

export const OrderEntity = new EntitySchema<Order>({
  name: 'order',
  tableName: 'orders',
  columns: {
    id: { type: 'integer', primary: true },
    customerId: { name: 'customer_id', type: 'integer' },
    status: { type: 'text' },
    placedAt: { name: 'placed_at', type: 'timestamptz' },
    totalAmount: { name: 'total_amount', type: 'integer' },
    note: { type: 'text' },
  },
  relations: {
    customer: { type: 'many-to-one', target: 'customer', inverseSide: 'orders', joinColumn: { name: 'customer_id' } },
    items: { type: 'one-to-many', target: 'order_item', inverseSide: 'order' },
  },
});

export const OrderItemEntity = new EntitySchema<OrderItem>({
  name: 'order_item',
  tableName: 'order_items',
  columns: {
    orderId: { name: 'order_id', type: 'integer', primary: true },
    itemNumber: { name: 'item_number', type: 'integer', primary: true },
    sku: { type: 'text' },
    quantity: { type: 'integer' },
  },
  relations: {
    order: { type: 'many-to-one', target: 'order', inverseSide: 'items', joinColumn: { name: 'order_id' } },
  },
});

export const shopEntities = [CustomerEntity, OrderEntity, OrderItemEntity];

/** A hundred orders per customer. */
export const customersFor = (orders: number): number => Math.max(1, Math.floor(orders / 100));

export const customersTable = (customers: number): string => `
CREATE TABLE customers (
  id integer CONSTRAINT customers_pkey PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL
);
INSERT INTO customers
SELECT n, 'Customer' || n || '@Example.org', 'Customer ' || n
  FROM generate_series(1, ${customers}) AS n;
VACUUM (ANALYZE) customers;
`;

/** One order per minute, in the order of time; each customer's orders are spread over the table. One in 200 is open. */
export const ordersTable = (orders: number): string => `
CREATE TABLE orders (
  id integer NOT NULL,
  customer_id integer NOT NULL,
  status text NOT NULL,
  placed_at timestamptz NOT NULL,
  total_amount integer NOT NULL,
  note text NOT NULL
);
INSERT INTO orders
SELECT n,
       1 + (n * 7919::bigint) % ${customersFor(orders)},
       CASE WHEN n % 200 = 0 THEN 'open' WHEN n % 10 = 1 THEN 'cancelled' ELSE 'shipped' END,
       timestamptz '2025-01-01 00:00Z' + n * interval '1 minute',
       100 + n % 5000,
       repeat('leave it with the neighbour ', 2)
  FROM generate_series(1, ${orders}) AS n;
ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
VACUUM (ANALYZE) orders;
`;

/** Three items per order. */
export const itemsTable = (orders: number): string => `
CREATE TABLE order_items (
  order_id integer NOT NULL,
  item_number integer NOT NULL,
  sku text NOT NULL,
  quantity integer NOT NULL
);
INSERT INTO order_items
SELECT 1 + n / 3, 1 + n % 3, 'SKU-' || n % 500, 1 + n % 4
  FROM generate_series(0, 3 * ${orders} - 1) AS n;
ALTER TABLE order_items ADD CONSTRAINT order_items_pkey PRIMARY KEY (order_id, item_number);
VACUUM (ANALYZE) order_items;
`;

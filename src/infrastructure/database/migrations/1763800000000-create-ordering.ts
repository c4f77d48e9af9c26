import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrdering1763800000000 implements MigrationInterface {
  readonly name = 'CreateOrdering1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE products (
        sku text CONSTRAINT products_pkey PRIMARY KEY,
        name text NOT NULL,
        price_amount bigint NOT NULL CONSTRAINT products_price_not_negative CHECK (price_amount >= 0),
        price_currency char(3) NOT NULL,
        stock bigint NOT NULL CONSTRAINT products_stock_not_negative CHECK (stock >= 0),
        version integer NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE orders (
        id uuid CONSTRAINT orders_pkey PRIMARY KEY,
        customer_id text NOT NULL,
        status text NOT NULL CONSTRAINT orders_status_known CHECK (status IN ('placed', 'cancelled')),
        total_amount bigint NOT NULL,
        currency char(3) NOT NULL,
        placed_at timestamptz NOT NULL,
        version integer NOT NULL
      )`);
    // Keyset pagination, newest first: with and without the filter by status.
    await runner.query(`CREATE INDEX orders_by_customer ON orders (customer_id, placed_at DESC, id DESC)`);
    await runner.query(
      `CREATE INDEX orders_by_customer_and_status ON orders (customer_id, status, placed_at DESC, id DESC)`,
    );
    await runner.query(`
      CREATE TABLE order_lines (
        order_id uuid NOT NULL CONSTRAINT order_lines_order_fkey REFERENCES orders (id),
        line_number integer NOT NULL,
        sku text NOT NULL CONSTRAINT order_lines_product_fkey REFERENCES products (sku),
        quantity bigint NOT NULL CONSTRAINT order_lines_quantity_positive CHECK (quantity > 0),
        unit_price bigint NOT NULL,
        CONSTRAINT order_lines_pkey PRIMARY KEY (order_id, line_number)
      )`);
    await runner.query(`CREATE INDEX order_lines_by_sku ON order_lines (sku)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE order_lines, orders, products`);
  }
}

import { createHash, randomUUID } from 'node:crypto';

/** What the servers to compare with do between the statements and the response. */
const KEY_LIFETIME_MS = 86_400_000;

export interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly total_amount: number;
  readonly currency: string;
  readonly placed_at: Date;
  readonly version: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unit_price: number }[];
}

export interface ListedOrderRow extends OrderRow {
  readonly placed_at_text: string;
}

export interface ProductRow {
  readonly sku: string;
  readonly name: string;
  readonly price_amount: number;
  readonly price_currency: string;
  readonly stock: number;
  readonly version: number;
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export function toOrder({ id, status, total_amount, currency, placed_at, version, lines }: OrderRow) {
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

/** @param rows one more than the limit when there is a next page */
export function toPage(rows: readonly ListedOrderRow[], limit: number) {
  const items = rows.slice(0, limit).map(toOrder);
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { items };
  return { items, nextCursor: Buffer.from(JSON.stringify([last.placed_at_text, last.id])).toString('base64url') };
}

/** An order that is about to be placed: the parameters of its statements, in their order. */
export class NewOrder {
  readonly id = randomUUID();
  private readonly now = new Date();

  constructor(
    private readonly customer: string,
    private readonly lines: readonly Line[],
  ) {}

  claim(idempotencyKey: string): unknown[] {
    const hash = createHash('sha256')
      .update(JSON.stringify(this.lines.map(({ sku, quantity }) => [sku, quantity])))
      .digest();
    const expiry = new Date(this.now.getTime() + KEY_LIFETIME_MS);
    return [this.customer, idempotencyKey, hash, this.id, expiry, this.now];
  }

  lock(): unknown[] {
    return [this.lines.map(({ sku }) => sku)];
  }

  /** @param rows the products, as they were locked */
  place(rows: readonly ProductRow[]) {
    const products = new Map(rows.map((row) => [row.sku, row]));
    const reserved = this.lines.map(({ sku, quantity }) => ({ product: products.get(sku)!, quantity }));
    const lines = reserved.map(({ product, quantity }) => ({
      sku: product.sku,
      quantity,
      unit_price: Number(product.price_amount),
    }));
    const order: OrderRow = {
      id: this.id,
      status: 'placed',
      total_amount: lines.reduce((sum, line) => sum + line.quantity * line.unit_price, 0),
      currency: reserved[0]!.product.price_currency,
      placed_at: this.now,
      version: 1,
      lines,
    };
    return {
      order,
      update: [
        reserved.map(({ product }) => product.sku),
        reserved.map(({ product }) => product.name),
        reserved.map(({ product }) => Number(product.price_amount)),
        reserved.map(({ product }) => product.price_currency),
        reserved.map(({ product, quantity }) => Number(product.stock) - quantity),
        reserved.map(({ product }) => product.version + 1),
      ],
      insert: [
        order.id,
        this.customer,
        order.status,
        order.total_amount,
        order.currency,
        order.placed_at,
        order.version,
        lines.map(({ sku }) => sku),
        lines.map(({ quantity }) => quantity),
        lines.map(({ unit_price }) => unit_price),
      ],
      event: [['order-placed'], ['order'], [order.id], [order.placed_at], [JSON.stringify(this.eventOf(order))]],
    };
  }

  private eventOf({ total_amount, currency, lines }: OrderRow): object {
    return {
      customerId: this.customer,
      total: { amount: total_amount, currency },
      lines: lines.map(({ sku, quantity, unit_price }) => ({
        sku,
        quantity,
        unitPrice: { amount: unit_price, currency },
      })),
    };
  }
}

import { z } from 'zod';
import { encodeCursor } from '../../../application/shared/page';
import { orderStatuses } from '../../../domain/ordering/order';
import { moneySchema, priceSchema } from '../money.schemas';
import { cursorSchema, limitSchema, nextCursorSchema } from '../page.schemas';
import { textSchema } from '../value.schemas';

/** The shapes of requests and responses. Which values are allowed is decided by the domain. */
export const skuSchema = z
  .string()
  .regex(/^[A-Z0-9](?:[A-Z0-9-]{0,62}[A-Z0-9])?$/, 'must be 1 to 64 capital letters, digits and inner hyphens')
  .meta({ description: 'Stock keeping unit', example: 'TEA-GREEN-100' });

const ORDER_ID = '0198c0de-0000-7000-8000-000000000001';
const orderCursor = encodeCursor(['2026-01-02T03:04:05.678000Z', ORDER_ID]);
const productCursor = encodeCursor(['TEA-GREEN-100']);

export const orderIdSchema = z.uuid('must be a UUID').meta({ description: 'Id of the order', example: ORDER_ID });

export const listOrdersSchema = z.strictObject({
  status: z.enum(orderStatuses).optional().meta({ description: 'Only orders in this state', example: 'placed' }),
  cursor: cursorSchema.meta({ example: orderCursor }),
  limit: limitSchema,
});
export type ListOrdersRequest = z.output<typeof listOrdersSchema>;

export const exportOrdersSchema = z.strictObject({
  after: orderIdSchema
    .optional()
    .meta({ description: 'Id of the last order that you have: continues after it', example: ORDER_ID }),
});
export type ExportOrdersRequest = z.output<typeof exportOrdersSchema>;

export const listProductsSchema = z.strictObject({
  cursor: cursorSchema.meta({ example: productCursor }),
  limit: limitSchema,
});
export type ListProductsRequest = z.output<typeof listProductsSchema>;

export const placeOrderSchema = z
  .strictObject({
    lines: z.array(z.strictObject({ sku: skuSchema, quantity: z.number() })).max(100),
  })
  .meta({ id: 'PlaceOrder', example: { lines: [{ sku: 'TEA-GREEN-100', quantity: 2 }] } });
export type PlaceOrderRequest = z.output<typeof placeOrderSchema>;

export const putProductSchema = z
  .strictObject({
    name: textSchema(200),
    price: priceSchema,
    version: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'The version you have read, 0 for a new product; if omitted, the last write wins' }),
  })
  .meta({ id: 'PutProduct', example: { name: 'Green tea, 100 g', price: { amount: 799, currency: 'EUR' } } });
export type PutProductRequest = z.output<typeof putProductSchema>;

export const restockProductSchema = z
  .strictObject({ quantity: z.number() })
  .meta({ id: 'RestockProduct', example: { quantity: 100 } });
export type RestockProductRequest = z.output<typeof restockProductSchema>;

export const orderExample = {
  id: ORDER_ID,
  status: 'placed',
  lines: [{ sku: 'TEA-GREEN-100', quantity: 2, unitPrice: { amount: 799, currency: 'EUR' } }],
  total: { amount: 1598, currency: 'EUR' },
  placedAt: '2026-01-02T03:04:05.678Z',
  version: 1,
};

export const orderSchema = z
  .strictObject({
    id: z.uuid(),
    status: z.enum(orderStatuses),
    lines: z.array(z.strictObject({ sku: z.string(), quantity: z.int(), unitPrice: moneySchema })),
    total: moneySchema,
    placedAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Order', example: orderExample });

const productExample = {
  sku: 'TEA-GREEN-100',
  name: 'Green tea, 100 g',
  price: { amount: 799, currency: 'EUR' },
  stock: 500,
  version: 1,
};

export const productSchema = z
  .strictObject({ sku: z.string(), name: z.string(), price: moneySchema, stock: z.int(), version: z.int() })
  .meta({ id: 'Product', example: productExample });

export const orderPageSchema = z
  .strictObject({ items: z.array(orderSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'OrderPage', example: { items: [orderExample], nextCursor: orderCursor } });

export const productPageSchema = z
  .strictObject({ items: z.array(productSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'ProductPage', example: { items: [productExample], nextCursor: productCursor } });

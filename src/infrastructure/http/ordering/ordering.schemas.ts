import { z } from 'zod';
import { orderStatuses } from '../../../domain/ordering/order';
import { moneySchema, priceSchema } from '../money.schemas';
import { cursorSchema, limitSchema, nextCursorSchema } from '../page.schemas';
import { textSchema } from '../value.schemas';

/** The shapes of requests and responses. Which values are allowed is decided by the domain. */
export const skuSchema = z
  .string()
  .regex(/^[A-Z0-9](?:[A-Z0-9-]{0,62}[A-Z0-9])?$/, 'must be 1 to 64 capital letters, digits and inner hyphens')
  .meta({ description: 'Stock keeping unit', example: 'TEA-GREEN-100' });

export const orderIdSchema = z.uuid('must be a UUID');

export const listOrdersSchema = z.strictObject({
  status: z.enum(orderStatuses).optional(),
  cursor: cursorSchema,
  limit: limitSchema,
});
export type ListOrdersRequest = z.output<typeof listOrdersSchema>;

export const exportOrdersSchema = z.strictObject({
  after: orderIdSchema.optional().meta({ description: 'Id of the last order that you have: continues after it' }),
});
export type ExportOrdersRequest = z.output<typeof exportOrdersSchema>;

export const listProductsSchema = z.strictObject({ cursor: cursorSchema, limit: limitSchema });
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

export const orderSchema = z
  .strictObject({
    id: z.uuid(),
    status: z.enum(orderStatuses),
    lines: z.array(z.strictObject({ sku: z.string(), quantity: z.int(), unitPrice: moneySchema })),
    total: moneySchema,
    placedAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Order' });

export const productSchema = z
  .strictObject({ sku: z.string(), name: z.string(), price: moneySchema, stock: z.int(), version: z.int() })
  .meta({ id: 'Product' });

export const orderPageSchema = z
  .strictObject({ items: z.array(orderSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'OrderPage' });

export const productPageSchema = z
  .strictObject({ items: z.array(productSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'ProductPage' });

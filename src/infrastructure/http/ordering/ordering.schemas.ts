import { z } from 'zod';
import { orderStatuses } from '../../../domain/ordering/order';

/** The shapes of requests and responses. Which values are allowed is decided by the domain. */
export const skuSchema = z
  .string()
  .regex(/^[A-Z0-9](?:[A-Z0-9-]{0,62}[A-Z0-9])?$/, 'must be 1 to 64 capital letters, digits and inner hyphens')
  .meta({ description: 'Stock keeping unit', example: 'TEA-GREEN-100' });

export const orderIdSchema = z.uuid('must be a UUID');

const limitSchema = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
  .transform(Number)
  .default(20)
  .meta({ description: 'Items per page, 1 to 100' });

const cursorSchema = z.string().max(1024).optional().meta({ description: '`nextCursor` of the previous page; opaque' });

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

const priceSchema = z
  .strictObject({
    amount: z.number().meta({ description: 'In whole minor units, such as cents' }),
    currency: z.string().max(16).meta({ description: 'ISO 4217 code' }),
  })
  .meta({ id: 'Price' });

// PostgreSQL cannot store a NUL character, which JavaScript allows in a string.
const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((name) => !name.includes('\0'), 'must not contain NUL characters');

export const putProductSchema = z
  .strictObject({
    name: nameSchema,
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

const moneySchema = z.strictObject({ amount: z.int(), currency: z.string() }).meta({ id: 'Money' });

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

const nextCursorSchema = z
  .string()
  .optional()
  .meta({ description: 'Cursor of the next page; absent on the last page' });

export const orderPageSchema = z
  .strictObject({ items: z.array(orderSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'OrderPage' });

export const productPageSchema = z
  .strictObject({ items: z.array(productSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'ProductPage' });

import { z } from 'zod';

/** Money in a request. Which amounts and currencies are allowed is decided by the domain. */
export const priceSchema = z
  .strictObject({
    amount: z.number().meta({ description: 'In whole minor units, such as cents' }),
    currency: z.string().max(16).meta({ description: 'ISO 4217 code' }),
  })
  .meta({ id: 'Price', example: { amount: 799, currency: 'EUR' } });

/** Money in a response. */
export const moneySchema = z
  .strictObject({ amount: z.int(), currency: z.string() })
  .meta({ id: 'Money', example: { amount: 799, currency: 'EUR' } });

import { z } from 'zod';
import { encodeCursor } from '../../application/shared/page';

export const limitSchema = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
  .transform(Number)
  .default(20)
  .meta({ description: 'Items per page, 1 to 100', example: '20' });

/** Of a list whose positions are ids. */
export const cursorExample = encodeCursor(['0198c0de-0000-7000-8000-000000000001']);

export const cursorSchema = z
  .string()
  .max(1024)
  .optional()
  .meta({ description: '`nextCursor` of the previous page; opaque', example: cursorExample });

/** In the body of a page. */
export const nextCursorSchema = z
  .string()
  .optional()
  .meta({ description: 'Cursor of the next page; absent on the last page' });

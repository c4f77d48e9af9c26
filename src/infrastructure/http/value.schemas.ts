import { z } from 'zod';

/**
 * A text that is not empty, without the white space around it. PostgreSQL cannot store a NUL character, which JavaScript allows
 * in a string.
 * @param maxLength characters, as in the column
 */
export const textSchema = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => !text.includes('\0'), 'must not contain NUL characters');

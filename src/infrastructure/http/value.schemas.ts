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

/** In lower case, as PostgreSQL returns it. */
export const uuidSchema = z
  .uuid('must be a UUID')
  .transform((id) => id.toLowerCase())
  .meta({ example: '0198c0de-0000-7000-8000-000000000001' });

/** ISO 8601 in UTC. More than milliseconds are cut off. */
export const timestampSchema = z.iso
  .datetime('must be a time in UTC, such as 2026-01-02T03:04:05Z')
  .transform((text) => new Date(text));

/** The version of what the caller has read. */
export const versionSchema = z
  .int32()
  .min(1)
  .meta({ description: 'The version you have read: a later change by another request is not overwritten' });

import { err, ok, type Result } from 'neverthrow';

export type InvalidCursor = { readonly kind: 'invalid-cursor' };

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string;
}

/** A cursor is opaque to clients, so its content may change. */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @param isPosition checks whether the parts are a position in this list */
export function decodeCursor<Position extends readonly string[]>(
  cursor: string | undefined,
  isPosition: (parts: readonly string[]) => parts is Position,
): Result<Position | undefined, InvalidCursor> {
  if (cursor === undefined) return ok(undefined);
  const parts = parse(Buffer.from(cursor, 'base64url').toString());
  return Array.isArray(parts) && parts.every((part) => typeof part === 'string') && isPosition(parts)
    ? ok(parts)
    : err({ kind: 'invalid-cursor' });
}

/**
 * @param rows up to `limit + 1` rows; the extra one shows that there is a next page
 * @param positionOf the position of an item in the list
 */
export function toPage<T>(rows: readonly T[], limit: number, positionOf: (item: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last ? { items, nextCursor: encodeCursor(positionOf(last)) } : { items };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

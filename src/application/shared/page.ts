import { err, ok, type Result } from 'neverthrow';

export type InvalidCursor = { readonly kind: 'invalid-cursor' };

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string;
}

/**
 * An item and its position in the list, exactly as the store compares it. The item may show less: a timestamp of
 * PostgreSQL has microseconds, a JavaScript Date has not, and a cursor made from it would skip rows.
 */
export interface Positioned<T, Position extends readonly string[]> {
  readonly item: T;
  readonly position: Position;
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
 */
export function toPage<T>(rows: readonly Positioned<T, readonly string[]>[], limit: number): Page<T> {
  const shown = rows.slice(0, limit);
  const items = shown.map(({ item }) => item);
  const last = shown.at(-1);
  return rows.length > limit && last ? { items, nextCursor: encodeCursor(last.position) } : { items };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

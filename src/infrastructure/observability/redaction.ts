const CENSOR = '[redacted]';
/** Wherever they stand in what is logged, and however deep down to two levels: never their values. */
const secrets = new Set(['authorization', 'cookie', 'password', 'token', 'secret', 'DATABASE_URL', 'parameters']);
const DEEPEST = 2;

/**
 * What is to be logged, without the values of secrets. The same object when there are none, which is nearly always: pino's
 * own redaction by paths with wildcards costs several times as much as the rest of a line.
 *
 * Errors are passed on as they are, for their serializer knows them better.
 */
export function withoutSecrets<T extends object>(entry: T, depth = 0): T {
  let copy: T | undefined;
  for (const key of Object.keys(entry) as (keyof T & string)[]) {
    const value = entry[key];
    const safe = secrets.has(key) ? (CENSOR as T[typeof key]) : withoutInnerSecrets(value, depth);
    if (safe === value) continue;
    copy ??= Array.isArray(entry) ? ([...entry] as unknown as T) : { ...entry };
    copy[key] = safe;
  }
  return copy ?? entry;
}

function withoutInnerSecrets<V>(value: V, depth: number): V {
  if (typeof value !== 'object' || value === null || value instanceof Error || depth >= DEEPEST) return value;
  return withoutSecrets(value, depth + 1);
}

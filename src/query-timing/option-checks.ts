import { toJson } from './globals';
import { isThenable } from './model/thenable';

export interface Check {
  readonly accepts: (value: unknown) => boolean;
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** Of an object with nested options: the mistakes in those. */
  readonly mistakes?: (name: string, value: object) => string[];
}

export const check = (accepts: (value: unknown) => boolean, expected: string): Check => ({ accepts, expected });
export const isBoolean = check((value) => typeof value === 'boolean', 'true or false');
export const isFunction = check((value) => typeof value === 'function', 'a function');
export const isWholeNumber = (from: number, to: number) =>
  check(
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
    `a whole number from ${from} to ${to}`,
  );
export const isMilliseconds = check(
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'a number of milliseconds, 0 or more',
);
/** A regular expression with one of these flags keeps its position, and would match every other time. */
export const isPattern = check(
  (value) => (typeof value === 'string' && value !== '') || (value instanceof RegExp && !value.global && !value.sticky),
  'a text or a regular expression without the flags g and y',
);

/** Every mistake in options, one sentence each. An undefined option uses its default. */
export function mistakesIn(options: object, checks: Readonly<Record<string, Check>>, prefix = ''): string[] {
  const mistake = noOptions(options);
  if (mistake !== undefined) return [prefix === '' ? mistake : `${prefix.slice(0, -1)}: ${mistake}`];
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const known = Object.hasOwn(checks, name) ? checks[name] : undefined;
    const path = `${prefix}${name}`;
    if (!known) return [`${path}: unknown option; known options: ${Object.keys(checks).join(', ')}`];
    if (value === undefined) return [];
    if (!known.accepts(value)) return [`${path}: expected ${known.expected}, got ${describe(value)}`];
    return typeof value === 'object' && value !== null ? (known.mistakes?.(path, value) ?? []) : [];
  });
}

/** What is wrong with something that has no options at all, and would otherwise mean the defaults; undefined for an object. */
export function noOptions(value: unknown): string | undefined {
  if (isThenable(value)) return 'expected an object of options, got a promise, which has to be awaited';
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
  return `expected an object of options, got ${describe(value)}`;
}

export function isListOf(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts);
}

export function property(item: unknown, name: string): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined;
}

export function hasMethods(value: unknown, ...names: string[]): boolean {
  return names.every((name) => typeof property(value, name) === 'function');
}

export function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  try {
    return toJson(value, (_, item: unknown) => (item instanceof RegExp ? String(item) : item)) ?? String(value);
  } catch {
    return `a value of type ${typeof value}`;
  }
}

import {
  check,
  hasMethods,
  isBoolean,
  isListOf,
  isMilliseconds,
  isPattern,
  isWholeNumber,
  mistakesIn,
  type Check,
} from '../option-checks';
import type { StatementPattern } from '../model/statement-pattern';

/**
 * Where the application keeps an object for each unit of work: its request context, or the store of nestjs-cls. The scope
 * hangs on that object, so the library needs no AsyncLocalStorage besides that of the application.
 */
export interface LentScopeStore {
  /** The object of the current unit of work: always the same one, and never one of another. Undefined outside of any. */
  get(): object | undefined;
}

/** Limits of what one unit of work may do. */
export interface QueryBudgetLimits {
  /** Statements that read or write data. */
  readonly statements?: number;
  /** How often the same statement may run again; 0: each statement once. */
  readonly repeated?: number;
  /** Time in the database in milliseconds, of all statements together. */
  readonly ms?: number;
}

/** The option `scopes` in detail. */
export interface ScopeOptions {
  /**
   * Where the application keeps an object for each unit of work.
   * @defaultValue an AsyncLocalStorage of the library
   */
  readonly store?: LentScopeStore;
  /**
   * Maximum number of names with separate metrics; the rest is reported as `other`.
   * @defaultValue `200`
   */
  readonly maxNames?: number;
  /**
   * How often the same statement runs in one unit of work before it is reported as repeated.
   * @defaultValue `10`
   */
  readonly repeated?: number;
  /**
   * Statements that are never reported as repeated.
   * @defaultValue `[]`
   */
  readonly ignoreRepeated?: readonly StatementPattern[];
  /**
   * Limits of each unit of work, unless it has other ones.
   * @defaultValue none
   */
  readonly budget?: QueryBudgetLimits;
  /**
   * Under Nest, adds the number of statements and their time to HTTP responses, as `Server-Timing`.
   * @defaultValue `false`
   */
  readonly serverTiming?: boolean;
}

export interface ResolvedScopeOptions extends ScopeOptions {
  readonly maxNames: number;
  readonly repeated: number;
  readonly ignoreRepeated: readonly StatementPattern[];
}

export const DEFAULT_SCOPE_OPTIONS: ResolvedScopeOptions = { maxNames: 200, repeated: 10, ignoreRepeated: [] };

const MAX_COUNT = 1_000_000;
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const BUDGET_CHECKS: Readonly<Record<keyof QueryBudgetLimits, Check>> = {
  statements: isWholeNumber(0, MAX_COUNT),
  repeated: isWholeNumber(0, MAX_COUNT),
  ms: isMilliseconds,
};

/** Limits of a budget, at any place where they are given. */
export const isBudget: Check = {
  ...check(isObject, 'an object of limits: { statements, repeated, ms }'),
  mistakes: (name, value) => mistakesIn(value, BUDGET_CHECKS, `${name}.`),
};

const CHECKS: Readonly<Record<keyof ScopeOptions, Check>> = {
  store: check(
    (value) => hasMethods(value, 'get'),
    'an object with get(), which returns the object of the unit of work',
  ),
  maxNames: isWholeNumber(1, 1000),
  repeated: isWholeNumber(2, MAX_COUNT),
  ignoreRepeated: check((value) => isListOf(value, isPattern.accepts), `a list, each item ${isPattern.expected}`),
  budget: isBudget,
  serverTiming: isBoolean,
};

export const isScopeOption: Check = {
  ...check((value) => typeof value === 'boolean' || isObject(value), 'true, false or an object of scope options'),
  mistakes: (name, value) => mistakesIn(value, CHECKS, `${name}.`),
};

/** Undefined if scopes are off. */
export function resolveScopeOptions(option: boolean | ScopeOptions): ResolvedScopeOptions | undefined {
  if (option === false) return undefined;
  const given = Object.entries(option === true ? {} : option).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_SCOPE_OPTIONS, ...Object.fromEntries(given) };
}

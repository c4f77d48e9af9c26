import { queryMatchers, useExpect, type Expect } from './matchers';

export { enforceBudgets, QueryBudgetExceededError } from '../scopes/budget-error';
export { queryMatchers };

/**
 * The matchers of this entry. Each runs the work, which may be asynchronous, and rejects with what the work throws.
 *
 * @publicApi
 * @example
 * ```ts
 * import 'nestjs-query-timing/testing';
 *
 * export const oneStatement = (page: () => Promise<unknown>) => expect(page).toTakeStatements(1);
 * ```
 */
export interface QueryMatchers<R> {
  /** The work takes this many statements. Those that begin or end transactions do not count. */
  toTakeStatements(count: number): Promise<R>;
  /** The work takes at most this many statements. */
  toTakeAtMost(count: number): Promise<R>;
  /**
   * The work runs the same statement more than once, whatever its values are. Use it with `.not`.
   *
   * @param times from how many runs on it is repeated; 2 by default
   */
  toRepeatStatements(times?: number): Promise<R>;
  /** The work, called with each size, takes the same number of statements for all of them. */
  toTakeAsManyStatementsFor(...sizes: readonly number[]): Promise<R>;
  /** The statements of the work, by fingerprint, are those of the snapshot. */
  toMatchStatements(hint?: string): Promise<R>;
  /** No unit of work (option `scopes`) exceeds its budget during the work. */
  toKeepBudgets(): Promise<R>;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- where Jest and Vitest look for the types of matchers
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- as they declare it
    interface Matchers<R, T = {}> extends QueryMatchers<R> {}
  }
}

/**
 * Adds the matchers to `expect`. The import of this entry does so by itself for the `expect` of Vitest and for the global one
 * of Jest.
 *
 * @publicApi
 * @example
 * ```ts
 * import { expect } from '@jest/globals';
 * import { extendExpect } from 'nestjs-query-timing/testing';
 *
 * extendExpect(expect);
 * ```
 */
export function extendExpect(expect: unknown): void {
  useExpect(expect as Expect);
  (expect as Expect).extend(queryMatchers);
}

/** Vitest keeps its `expect` under this symbol, also without its option `globals`. */
const VITEST = Symbol.for('expect-global');

const { expect: present = Reflect.get(globalThis, VITEST) as unknown } = globalThis as { expect?: unknown };
if (typeof (present as Partial<Expect> | undefined)?.extend === 'function') extendExpect(present);

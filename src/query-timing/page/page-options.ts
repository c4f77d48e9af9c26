import { check, isBoolean, isFunction, isWholeNumber, mistakesIn, type Check } from '../option-checks';
import type { PageRequest } from './http';

/** What `authorize` returns: whether the request may see the page, or the status of the refusal. */
export type PageAccess = boolean | 401 | 403;

/** Options of the page without Nest. */
export interface PageHandlerOptions {
  /**
   * Decides who may see the page, for each request: the page, its events and its data. `false` is a 403, and so is an error.
   * With 401, the browser asks for a name and a password.
   * @defaultValue everyone may
   */
  readonly authorize?: (request: PageRequest) => PageAccess | Promise<PageAccess>;
  /**
   * Maximum number of browsers that watch concurrently; further ones get a 503.
   * @defaultValue `20`
   */
  readonly maxWatchers?: number;
}

/** The option `page` in detail. */
export interface PageOptions extends PageHandlerOptions {
  /**
   * Where the page is, after the global prefix of the application.
   * @defaultValue `'/query-timing'`
   */
  readonly path?: string;
  /**
   * Whether the global prefix of the application comes first.
   * @defaultValue `true`
   */
  readonly globalPrefix?: boolean;
}

export type ResolvedPageOptions = PageOptions & Required<Pick<PageOptions, 'path' | 'globalPrefix'>>;

const HANDLER_CHECKS: Readonly<Record<keyof PageHandlerOptions, Check>> = {
  authorize: isFunction,
  maxWatchers: isWholeNumber(1, 1000),
};

const CHECKS: Readonly<Record<keyof PageOptions, Check>> = {
  ...HANDLER_CHECKS,
  path: check(
    (value) => typeof value === 'string' && /^\/[\w.~/-]*[\w.~-]$/.test(value),
    'a path that begins with a slash and does not end with one, such as "/query-timing"',
  ),
  globalPrefix: isBoolean,
};

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const isPageOption: Check = {
  ...check((value) => typeof value === 'boolean' || isObject(value), 'true, false or an object of page options'),
  mistakes: (name, value) => mistakesIn(value, CHECKS, `${name}.`),
};

/** Undefined if there is no page. */
export function resolvePageOptions(option: boolean | PageOptions): ResolvedPageOptions | undefined {
  if (option === false) return undefined;
  const { path = '/query-timing', globalPrefix = true, ...more } = option === true ? {} : option;
  return { ...more, path, globalPrefix };
}

/** @throws TypeError with every invalid option */
export function checkHandlerOptions(options: PageHandlerOptions): void {
  const mistakes = mistakesIn(options, HANDLER_CHECKS);
  if (mistakes.length > 0) throw new TypeError(`Invalid options of the query timing page: ${mistakes.join('; ')}`);
}

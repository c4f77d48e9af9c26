import { check, isWholeNumber, mistakesIn, type Check } from '../option-checks';

/** The option `explain` in detail. */
export interface ExplainOptions {
  /**
   * Maximum number of plans per minute; at most one per statement and hour.
   * @defaultValue `4`
   */
  readonly perMinute?: number;
  /**
   * How long the database may take for a plan, in milliseconds.
   * @defaultValue `500`
   */
  readonly timeoutMs?: number;
}

export type ResolvedExplainOptions = Required<ExplainOptions>;

/** TypeORM drivers whose plans can be captured. */
const SUPPORTED = new Set(['postgres', 'mysql', 'mariadb']);

export const plansAreSupportedOn = (driverType: string): boolean => SUPPORTED.has(driverType);

const DEFAULT_EXPLAIN_OPTIONS: ResolvedExplainOptions = { perMinute: 4, timeoutMs: 500 };

const CHECKS: Readonly<Record<keyof ExplainOptions, Check>> = {
  perMinute: isWholeNumber(1, 60),
  timeoutMs: isWholeNumber(10, 60_000),
};

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const isExplainOption: Check = {
  ...check((value) => typeof value === 'boolean' || isObject(value), 'true, false or { perMinute, timeoutMs }'),
  mistakes: (name, value) => mistakesIn(value, CHECKS, `${name}.`),
};

/** Undefined if no plans are captured. */
export function resolveExplainOptions(option: boolean | ExplainOptions): ResolvedExplainOptions | undefined {
  if (option === false) return undefined;
  const given = Object.entries(option === true ? {} : option).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_EXPLAIN_OPTIONS, ...Object.fromEntries(given) };
}

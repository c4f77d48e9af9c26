import type { MetricsRegistry } from './sinks/metrics/registry-collector';
import type { QueryContext, QueryTimingLogger } from './sinks/slow-query-log';

export interface QueryTimingOptions {
  /** Default true. Switched off, nothing is attached and nothing costs. */
  readonly enabled?: boolean;
  /** Milliseconds from which a query is slow (`>=`). Default 100. */
  readonly slowQueryThresholdMs?: number;
  /** A DEBUG line for every query. Default false. */
  readonly logAllQueries?: boolean;
  /** Statistics in the process, for `getSummary()`. Default true. */
  readonly collectStats?: boolean;
  /** What all metric names start with, without the underscore. Default `db`. */
  readonly metricPrefix?: string;
  /** Default: prom-client's own registry, the one that @willsoto/nestjs-prometheus serves. `false`: no metrics. */
  readonly registry?: MetricsRegistry | false;
  /** Default: a Nest Logger named QueryTiming. */
  readonly logger?: QueryTimingLogger;
  /** Which request a slow query belongs to. Asked for slow queries only, inside the query's own async context. */
  readonly context?: () => QueryContext | undefined;
}

export const DEFAULT_SLOW_QUERY_THRESHOLD_MS = 100;
export const DEFAULT_METRIC_PREFIX = 'db';

type Check = readonly [fits: (value: unknown) => boolean, right: string];

const isBoolean: Check = [(value) => typeof value === 'boolean', 'true or false'];
const isFunction: Check = [(value) => typeof value === 'function', 'a function'];

const CHECKS: { readonly [K in keyof Required<QueryTimingOptions>]: Check } = {
  enabled: isBoolean,
  slowQueryThresholdMs: [
    (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
    'a number of milliseconds, 0 or more',
  ],
  logAllQueries: isBoolean,
  collectStats: isBoolean,
  metricPrefix: [
    (value) => typeof value === 'string' && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(value),
    'the start of a metric name, such as "db": letters, digits and underscores, no digit first',
  ],
  registry: [
    (value) => value === false || hasMethods(value, 'registerMetric', 'getSingleMetric'),
    'a prom-client Registry, or false for no metrics',
  ],
  logger: [(value) => hasMethods(value, 'warn'), 'an object with warn(entry) and, if you like, debug(entry)'],
  context: isFunction,
};

/**
 * Refuses options that cannot work.
 *
 * @throws TypeError with every mistake, each with what would be right
 */
export function validateOptions(options: QueryTimingOptions): void {
  const mistakes = Object.entries(options).flatMap(([name, value]) => {
    const check = (CHECKS as Readonly<Record<string, Check | undefined>>)[name];
    if (!check) return [`${name}: no such option; there are ${Object.keys(CHECKS).join(', ')}`];
    const [fits, right] = check;
    return value === undefined || fits(value) ? [] : [`${name}: expected ${right}, got ${describe(value)}`];
  });
  if (mistakes.length > 0) throw new TypeError(`Query timing options:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`);
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

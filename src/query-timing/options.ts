import type { QueryContext, Sink } from './model/completed-query';
import { DEFAULT_BUCKETS } from './sinks/metrics/histogram-rows';
import type { MetricsRegistry } from './sinks/metrics/registry-collector';
import type { QueryTimingLogger } from './sinks/slow-query-log';

/** A text that occurs in the statement, or an expression that matches it. */
export type StatementPattern = string | RegExp;

/** A threshold of its own for some statements. */
export interface StatementThreshold {
  readonly statement: StatementPattern;
  readonly thresholdMs: number;
}

export interface QueryTimingOptions {
  /** Default true. Switched off, nothing is attached and nothing costs; `setEnabled(true)` attaches it later. */
  readonly enabled?: boolean;
  /**
   * Milliseconds from which a query is slow (`>=`), or a list of statements with their own, of which the first that
   * matches counts; the others have the default of 100.
   */
  readonly slowQueryThresholdMs?: number | readonly StatementThreshold[];
  /** A DEBUG line for every query and every checkout of a connection. Default false. */
  readonly logAllQueries?: boolean;
  /** Parameters in the log lines. They may be personal data. Default false. */
  readonly logParameters?: boolean;
  /** Statistics in the process, for `getSummary()`. Default true. */
  readonly collectStats?: boolean;
  /** What all metric names start with, without the underscore. Default `db`. */
  readonly metricPrefix?: string;
  /** Where the metrics go. Default: prom-client's own registry, which @willsoto/nestjs-prometheus serves. `false`: none. */
  readonly registry?: MetricsRegistry | false;
  /** Upper bounds of all histograms in seconds, rising. Default: twelve from 0.001 to 10. */
  readonly buckets?: readonly number[];
  /** Labels that all metrics of this DataSource carry. */
  readonly defaultLabels?: Readonly<Record<string, string>>;
  /** Characters of a statement in a log line. Default 500. */
  readonly maxStatementLength?: number;
  /** Statements with series of their own when `topStatements` is on; the rest is `other`. Default 100. */
  readonly maxTrackedStatements?: number;
  /** Statements that are neither counted nor logged. */
  readonly ignore?: readonly StatementPattern[];
  /** Log lines for slow queries a minute; further ones are counted in the next line of their kind. Default 60. */
  readonly slowLogPerMinute?: number;
  /** Default: a Nest Logger named QueryTiming; without Nest, the console. */
  readonly logger?: QueryTimingLogger;
  /** Sinks of yours, behind the library's own. */
  readonly sinks?: readonly Sink[];
  /** Calls and time by statement in the metrics. Default false. */
  readonly topStatements?: boolean;
  /** Trace ids on the buckets of slow queries, for an OpenMetrics registry. Needs `context`. Default false. */
  readonly exemplars?: boolean;
  /** Which request a slow query belongs to. Asked for slow queries only, in the query's own async context. */
  readonly context?: () => QueryContext | undefined;
}

/** The options with everything filled in that has a default of its own. */
export type CompleteOptions = QueryTimingOptions &
  Required<Omit<QueryTimingOptions, 'registry' | 'logger' | 'context'>>;

export const DEFAULT_SLOW_QUERY_THRESHOLD_MS = 100;

export const DEFAULT_OPTIONS: CompleteOptions = {
  enabled: true,
  slowQueryThresholdMs: DEFAULT_SLOW_QUERY_THRESHOLD_MS,
  logAllQueries: false,
  logParameters: false,
  collectStats: true,
  metricPrefix: 'db',
  buckets: DEFAULT_BUCKETS,
  defaultLabels: {},
  maxStatementLength: 500,
  maxTrackedStatements: 100,
  ignore: [],
  slowLogPerMinute: 60,
  sinks: [],
  topStatements: false,
  exemplars: false,
};

/**
 * The options with the defaults.
 *
 * @throws TypeError with every mistake, each with what would be right
 */
export function completeOptions(options: QueryTimingOptions = {}): CompleteOptions {
  const mistakes = mistakesIn(options);
  if (mistakes.length > 0) throw new TypeError(`Query timing options:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_OPTIONS, ...Object.fromEntries(given) };
}

/** @throws TypeError unless it is a number of milliseconds, 0 or more */
export function checkThreshold(thresholdMs: unknown): void {
  if (!isMilliseconds(thresholdMs)) {
    throw new TypeError(`Expected a number of milliseconds, 0 or more, got ${describe(thresholdMs)}`);
  }
}

type Check = readonly [fits: (value: unknown) => boolean, right: string];

const isBoolean: Check = [(value) => typeof value === 'boolean', 'true or false'];
const isFunction: Check = [(value) => typeof value === 'function', 'a function'];
const isMilliseconds = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isWholeNumber = (from: number, to: number): Check => [
  (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  `a whole number from ${from} to ${to}`,
];
const isListOf = (value: unknown, fits: (item: unknown) => boolean) => Array.isArray(value) && value.every(fits);
/** An expression with one of these flags remembers where it stopped, and matches every other time. */
const isPattern = (value: unknown) =>
  (typeof value === 'string' && value !== '') || (value instanceof RegExp && !value.global && !value.sticky);
const PATTERN = 'a text or a regular expression without the flags g and y';
const OWN_LABELS = new Set(
  'query_type error_class data_source role state outcome part fingerprint le quantile'.split(' '),
);

const CHECKS: { readonly [K in keyof Required<QueryTimingOptions>]: Check } = {
  enabled: isBoolean,
  slowQueryThresholdMs: [
    (value) =>
      isMilliseconds(value) ||
      isListOf(value, (item) => isPattern(part(item, 'statement')) && isMilliseconds(part(item, 'thresholdMs'))),
    `a number of milliseconds, 0 or more, or a list of { statement, thresholdMs }, each statement ${PATTERN}`,
  ],
  logAllQueries: isBoolean,
  logParameters: isBoolean,
  collectStats: isBoolean,
  metricPrefix: [
    (value) => typeof value === 'string' && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(value),
    'the start of a metric name, such as "db": letters, digits and underscores, no digit first',
  ],
  registry: [
    (value) => value === false || hasMethods(value, 'registerMetric', 'getSingleMetric'),
    'a prom-client Registry, or false for no metrics',
  ],
  buckets: [
    (value) =>
      isListOf(value, (bound) => typeof bound === 'number' && Number.isFinite(bound) && bound > 0) &&
      (value as number[]).length > 0 &&
      (value as number[]).every((bound, i, all) => i === 0 || bound > all[i - 1]!),
    'a list of rising numbers of seconds above 0, such as [0.01, 0.1, 1]',
  ],
  defaultLabels: [
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(
        ([name, text]) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !OWN_LABELS.has(name) && typeof text === 'string',
      ),
    `an object of label names and texts, without the names that the metrics have themselves (${[...OWN_LABELS].join(', ')})`,
  ],
  maxStatementLength: isWholeNumber(1, 100_000),
  maxTrackedStatements: isWholeNumber(1, 1000),
  ignore: [(value) => isListOf(value, isPattern), `a list, each item ${PATTERN}`],
  slowLogPerMinute: isWholeNumber(0, 1_000_000),
  logger: [(value) => hasMethods(value, 'warn'), 'an object with warn(entry) and, if you like, debug(entry)'],
  sinks: [
    (value) => isListOf(value, (sink) => hasMethods(sink, 'record')),
    'a list of sinks, each an object with record(query)',
  ],
  topStatements: isBoolean,
  exemplars: isBoolean,
  context: isFunction,
};

function mistakesIn(options: QueryTimingOptions): string[] {
  const mistakes = Object.entries(options).flatMap(([name, value]) => {
    const check = (CHECKS as Readonly<Record<string, Check | undefined>>)[name];
    if (!check) return [`${name}: no such option; there are ${Object.keys(CHECKS).join(', ')}`];
    const [fits, right] = check;
    return value === undefined || fits(value) ? [] : [`${name}: expected ${right}, got ${describe(value)}`];
  });
  if (options.exemplars === true && options.context === undefined) {
    mistakes.push('exemplars: expected the option context as well, a function whose answer has the traceId');
  }
  return mistakes;
}

function part(item: unknown, name: string): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined;
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return names.every((name) => typeof part(value, name) === 'function');
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  try {
    return JSON.stringify(value, (_, item: unknown) => (item instanceof RegExp ? String(item) : item)) ?? String(value);
  } catch {
    return `a value of type ${typeof value}`;
  }
}

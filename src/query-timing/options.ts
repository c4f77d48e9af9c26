import type { QueryContext, Sink } from './model/completed-query';
import {
  check,
  describe,
  hasMethods,
  isBoolean,
  isFunction,
  isListOf,
  isMilliseconds,
  isPattern,
  isWholeNumber,
  mistakesIn,
  noOptions,
  property,
  type Check,
} from './option-checks';
import { DEFAULT_SLOW_QUERY_THRESHOLD_MS, type StatementThreshold } from './recorder/slow-threshold';
import type { StatementPattern } from './model/statement-pattern';
import { isPageOption, type PageOptions } from './page/page-options';
import type { StatementRule } from './recorder/statement-rules';
import { isExplainOption, type ExplainOptions } from './explain/explain-options';
import { isScopeOption, type ScopeOptions } from './scopes/scope-options';
import type { MetricsPublisher } from './sinks/metrics/metrics-publisher';
import { DEFAULT_BUCKETS } from './sinks/metrics/histogram-rows';
import type { MetricsRegistry } from './sinks/metrics/registry-collector';
import type { QueryTimingLogger } from './sinks/logger';

interface Option<T> extends Check {
  readonly defaultValue: T;
}

const option = <T>(defaultValue: T, check: Check): Option<T> => ({ defaultValue, ...check });
const optionWithoutDefault = <T>(check: Check): Option<T | undefined> => ({ defaultValue: undefined, ...check });

const RESERVED_LABELS = new Set(
  'query_type error_class data_source role state outcome part reason fingerprint statement scope caller le quantile'.split(
    ' ',
  ),
);

/**
 * Every option: its documentation, type, default and check. The types and the README's table are made from it, so a new
 * option is added here and nowhere else.
 */
export const OPTIONS = {
  /**
   * Attaches the timing to the DataSource. If false, nothing is attached and nothing is measured until
   * `setEnabled(true)`.
   * @defaultValue `true`
   */
  enabled: option<boolean>(true, isBoolean),

  /**
   * Duration in milliseconds from which a query is slow (`>=`). Or a list such as
   * `[{ statement: /report/, thresholdMs: 2000 }]`, of which the first match applies; other statements use 100 ms.
   * @defaultValue `100`
   */
  slowQueryThresholdMs: option<number | readonly StatementThreshold[]>(
    DEFAULT_SLOW_QUERY_THRESHOLD_MS,
    check(
      (value) =>
        isMilliseconds.accepts(value) ||
        isListOf(value, (item) => {
          return (
            isPattern.accepts(property(item, 'statement')) && isMilliseconds.accepts(property(item, 'thresholdMs'))
          );
        }),
      `${isMilliseconds.expected}, or a list of { statement, thresholdMs }, each statement ${isPattern.expected}`,
    ),
  ),

  /**
   * Logs every query and every acquired connection at level DEBUG.
   * @defaultValue `false`
   */
  logAllQueries: option<boolean>(false, isBoolean),

  /**
   * Includes query parameters in the log lines. They may be personal data.
   * @defaultValue `false`
   */
  logParameters: option<boolean>(false, isBoolean),

  /**
   * Collects the in-process statistics that `getSummary()` returns.
   * @defaultValue `true`
   */
  collectStats: option<boolean>(true, isBoolean),

  /**
   * First part of all metric names, without the underscore.
   * @defaultValue `'db'`
   */
  metricPrefix: option<string>(
    'db',
    check(
      (value) => typeof value === 'string' && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(value),
      'the start of a metric name, such as "db": letters, digits and underscores, no leading digit',
    ),
  ),

  /**
   * The prom-client registry that exposes the metrics. `false` disables them.
   * @defaultValue prom-client's default registry, which `@willsoto/nestjs-prometheus` serves; `false` for `installQueryTiming`, and without prom-client if there are `metricProducers`
   */
  registry: optionWithoutDefault<MetricsRegistry | false>(
    check(
      (value) => value === false || hasMethods(value, 'registerMetric', 'getSingleMetric'),
      'a prom-client Registry, or false for no metrics',
    ),
  ),

  /**
   * OpenTelemetry metric producers that hand over the metrics to a `MetricReader`: each a `QueryTimingMetricProducer` of
   * `nestjs-query-timing/opentelemetry`.
   * @defaultValue `[]`
   */
  metricProducers: option<readonly MetricsPublisher[]>(
    [],
    check(
      (value) => isListOf(value, (producer) => hasMethods(producer, 'publish', 'collect')),
      'a list of QueryTimingMetricProducer, from nestjs-query-timing/opentelemetry',
    ),
  ),

  /**
   * Upper bounds of all histograms in seconds, ascending.
   * @defaultValue `[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]`
   */
  buckets: option<readonly number[]>(
    DEFAULT_BUCKETS,
    check(
      (value) =>
        isListOf(value, (bound) => typeof bound === 'number' && Number.isFinite(bound) && bound > 0) &&
        (value as number[]).length > 0 &&
        (value as number[]).every((bound, i, all) => i === 0 || bound > all[i - 1]!),
      'a list of ascending numbers of seconds above 0, such as [0.01, 0.1, 1]',
    ),
  ),

  /**
   * Labels added to all metrics of the DataSource.
   * @defaultValue `{}`
   */
  defaultLabels: option<Readonly<Record<string, string>>>(
    {},
    check(
      isLabels,
      `an object of label names and texts, without the reserved label names (${[...RESERVED_LABELS].join(', ')}, and __*)`,
    ),
  ),

  /**
   * Maximum number of DataSources with their own series in one registry: with another `name` or other `defaultLabels`.
   * Further ones are counted under `data_source="other"`. `uninstall({ forget: true })` makes room.
   * @defaultValue `100`
   */
  maxDataSources: option<number>(100, isWholeNumber(1, 10_000)),

  /**
   * Publishes only label sets that have occurred, instead of all of them with the value 0. About a tenth of the series;
   * but `rate()` and `increase()` miss the first increase of each, and an alert on an absent series does not fire.
   * @defaultValue `false`
   */
  onlyObservedSeries: option<boolean>(false, isBoolean),

  /**
   * Maximum length of a statement in a log line, in characters.
   * @defaultValue `500`
   */
  maxStatementLength: option<number>(500, isWholeNumber(1, 100_000)),

  /**
   * Exposes calls and time per statement as metrics.
   * @defaultValue `false`
   */
  topStatements: option<boolean>(false, isBoolean),

  /**
   * Maximum number of statements with their own series if `topStatements` is on; the rest is reported as `other`.
   * @defaultValue `100`
   */
  maxTrackedStatements: option<number>(100, isWholeNumber(1, 1000)),

  /**
   * Statements to exclude from metrics, statistics and logs: texts that they contain, or regular expressions. Compared with
   * the statement as it was sent, and without the quotes of its names.
   * @defaultValue `[]`
   */
  ignore: option<readonly StatementPattern[]>(
    [],
    check((value) => isListOf(value, isPattern.accepts), `a list, each item ${isPattern.expected}`),
  ),

  /**
   * Replacements in normalised statements, before they are hashed, for names that differ between uses, such as
   * `[{ pattern: /events_\d{4}_\d{2}/, replacement: 'events_?' }]` for partitions. All matches are replaced, in the order of
   * the list.
   * @defaultValue `[]`
   */
  normalize: option<readonly StatementRule[]>(
    [],
    check(
      (value) =>
        isListOf(value, (item) => {
          const pattern = property(item, 'pattern');
          const replacement = property(item, 'replacement');
          const isShort = typeof replacement === 'string' && replacement.length <= 200;
          return pattern instanceof RegExp && !pattern.sticky && isShort;
        }),
      'a list of { pattern, replacement }, each pattern a regular expression without the flag y, each replacement at most 200 characters',
    ),
  ),

  /**
   * Maximum number of log lines for slow queries per minute. The next line of a statement says how many were suppressed.
   * @defaultValue `60`
   */
  slowLogPerMinute: option<number>(60, isWholeNumber(0, 1_000_000)),

  /**
   * Maximum number of those lines for the same statement per minute, so that a frequent one does not hide the others.
   * @defaultValue `10`
   */
  slowLogPerStatement: option<number>(10, isWholeNumber(0, 1_000_000)),

  /**
   * Receives the log lines: `warn(entry)`, and optionally `info(entry)` and `debug(entry)`.
   * @defaultValue a Nest `Logger` named QueryTiming; JSON lines on the standard error without Nest
   */
  logger: optionWithoutDefault<QueryTimingLogger>(
    check(
      (value) => hasMethods(value, 'warn'),
      'an object with warn(entry), and optionally info(entry) and debug(entry)',
    ),
  ),

  /**
   * Custom sinks, called after the library's own.
   * @defaultValue `[]`
   */
  sinks: option<readonly Sink[]>(
    [],
    check(
      (value) => isListOf(value, (sink) => hasMethods(sink, 'record')),
      'a list of sinks, each an object with record(query)',
    ),
  ),

  /**
   * Counts what each unit of work (a request, a message, a job) does to the database: `true`, or an object of
   * `ScopeOptions`.
   * @defaultValue `false`
   */
  scopes: option<boolean | ScopeOptions>(false, isScopeOption),

  /**
   * Captures the plans of slow SELECT, INSERT, UPDATE and DELETE statements, on a separate connection and without their
   * values: `true`, or `{ perMinute, timeoutMs }`. On PostgreSQL, MySQL and MariaDB.
   * @defaultValue `false`
   */
  explain: option<boolean | ExplainOptions>(false, isExplainOption),

  /**
   * Returns the request that a slow query belongs to, as `{ requestId, traceId }`. Other fields are logged under their
   * names after `context_`. Called for slow queries only, in the query's async context. Without a `traceId`, it is that of the
   * active span, if `@opentelemetry/api` is installed.
   * @defaultValue none
   */
  context: optionWithoutDefault<() => QueryContext | undefined>(isFunction),

  /**
   * Adds the trace id to the buckets of slow queries, for an OpenMetrics registry: that of `context`, or of
   * the active OpenTelemetry span.
   * @defaultValue `false`
   */
  exemplars: option<boolean>(false, isBoolean),

  /**
   * Appends a comment to statements that read or write data, as sqlcommenter does: `route`, the name of the current scope,
   * and `traceparent`, the active OpenTelemetry span. On PostgreSQL, CockroachDB, MySQL and MariaDB.
   * @defaultValue `false`
   */
  comments: option<boolean>(false, isBoolean),

  /**
   * Under Nest, serves the live page of these DataSources: `true`, or an object of `PageOptions`. Without Nest, use
   * `nestjs-query-timing/page`.
   * @defaultValue `false`
   */
  page: option<boolean | PageOptions>(false, isPageOption),
};

type Options = typeof OPTIONS;

/** The options of a DataSource's timing. None is required. */
export type QueryTimingOptions = {
  readonly [Name in keyof Options]?: Options[Name] extends Option<infer T> ? T : never;
};

/** The options with all defaults applied. */
export type ResolvedOptions = { readonly [Name in keyof Options]: Options[Name]['defaultValue'] };

export const DEFAULT_OPTIONS = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, { defaultValue }]) => [name, defaultValue]),
) as unknown as ResolvedOptions;

/**
 * Applies the defaults.
 *
 * @throws TypeError with every invalid option, and what was expected for each
 */
export function resolveOptions(options: QueryTimingOptions = {}): ResolvedOptions {
  refuse(mistakesIn(options, OPTIONS));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_OPTIONS, ...Object.fromEntries(given) };
}

/** @throws TypeError unless it is an object, which may have invalid options */
export function checkIsOptions(options: unknown): void {
  const mistake = noOptions(options);
  if (mistake !== undefined) refuse([mistake]);
}

function refuse(mistakes: readonly string[]): void {
  if (mistakes.length === 0) return;
  throw new TypeError(`Invalid query timing options:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
}

/** @throws TypeError unless it is a number of milliseconds, 0 or more */
export function checkThreshold(thresholdMs: unknown): void {
  if (!isMilliseconds.accepts(thresholdMs)) {
    throw new TypeError(`Expected ${isMilliseconds.expected}, got ${describe(thresholdMs)}`);
  }
}

function isLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isLabel = (name: string) => /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !RESERVED_LABELS.has(name);
  return Object.entries(value).every(([name, text]) => isLabel(name) && typeof text === 'string');
}

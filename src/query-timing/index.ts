export { QueryTimingModule, InjectQueryTiming, getQueryTimingToken } from './query-timing.module';
export type { QueryTimingModuleExtras, QueryTimingModuleOptions } from './query-timing.module';
export { QueryTiming } from './query-timing';
export type { QueryTimingOptions } from './query-timing.options';
export type { QueryStatsSummary, SlowStatement } from './sinks/statistics';
export type { QueryContext, QueryTimingLogger } from './sinks/slow-query-log';
export type { MetricsRegistry } from './sinks/metrics/registry-collector';
export { QUERY_TYPES, type QueryType } from './sql/query-type';
export { ERROR_CLASSES, type ErrorClass } from './sql/error-class';

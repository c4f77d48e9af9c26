export { QueryTimingModule, InjectQueryTiming, getQueryTimingToken } from './query-timing.module';
export type {
  QueryTimingModuleAsyncOptions,
  QueryTimingModuleExtras,
  QueryTimingModuleOptions,
  QueryTimingOptionsFactory,
} from './query-timing.module';
export {
  DEFAULT_BUCKETS,
  ERROR_CLASSES,
  QUERY_TYPES,
  QueryStats,
  QueryTiming,
  errorClassOf,
  installQueryTiming,
  installQueryTimingWithPrometheus,
} from './core';
export type {
  AcquisitionFailureReason,
  CompletedQuery,
  CompletedTransaction,
  ErrorClass,
  InstallOptions,
  MetricsRegistry,
  PoolAcquisition,
  PoolRole,
  QueryContext,
  QueryPercentiles,
  QueryStatsSummary,
  QueryTimingLogger,
  QueryTimingOptions,
  QueryType,
  Sink,
  SlowStatement,
  StatementPattern,
  StatementThreshold,
  StreamFigures,
  TransactionOutcome,
} from './core';

export { installQueryTiming, installQueryTimingWithPrometheus, type InstallOptions } from './install';
export { QueryTiming } from './query-timing';
export type { QueryTimingOptions } from './options';
export type {
  CompletedQuery,
  CompletedTransaction,
  PoolAcquisition,
  PoolRole,
  QueryContext,
  Sink,
  StreamFigures,
  TransactionOutcome,
} from './model/completed-query';
export type { PageRequest } from './page/http';
export type { PageAccess, PageHandlerOptions, PageOptions } from './page/page-options';
export type { Origin } from './model/origin';
export type { StatementThreshold } from './recorder/slow-threshold';
export type { StatementPattern } from './model/statement-pattern';
export type { StatementRule } from './recorder/statement-rules';
export type {
  QueryPercentiles,
  QueryStatsSummary,
  SlowStatement,
  StatementTotals,
  SummaryOptions,
} from './sinks/statistics';
export { QueryStats } from './sinks/statistics';
export { currentScope, runInScope, type RunInScopeOptions } from './scopes/run-in-scope';
export { QueryBudgetExceededError } from './scopes/budget-error';
export type { LentScopeStore, QueryBudgetLimits, ScopeOptions } from './scopes/scope-options';
export type {
  ExceededBudget,
  ExceededLimit,
  RepeatedStatement,
  ScopeFinding,
  ScopeStatement,
  ScopeSummary,
} from './model/scope-summary';
export type { ExplainOptions } from './explain/explain-options';
export type {
  FindingKind,
  PlanCounts,
  PlanFinding,
  PlanNode,
  StatementPlan,
  VerifiedCost,
} from './model/statement-plan';
export type { ServerFigures, ServerStatement, ServerStatements } from './model/server-statements';
export type { PlanSource } from './sinks/statistics';
export type { QueryTimingLogger } from './sinks/logger';
export type { MetricsPublisher } from './sinks/metrics/metrics-publisher';
export type { MetricsRegistry } from './sinks/metrics/registry-collector';
export { DEFAULT_BUCKETS } from './sinks/metrics/histogram-rows';
export { QUERY_TYPES, type QueryType } from './sql/query-type';
export type { AcquisitionFailureReason } from './sql/acquisition-failure';
export { ERROR_CLASSES, errorClassOf, type ErrorClass } from './sql/error-class';
export { errorDetailsOf, type ErrorDetails } from './sql/error-details';

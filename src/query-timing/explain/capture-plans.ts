import type { DataSource } from 'typeorm';
import { inform, type QueryTimingLogger } from '../sinks/logger';
import type { ResolvedExplainOptions } from './explain-options';
import { planFields } from './plan-line';
import { Plans, type PlanListener } from './plans';

interface Context extends Pick<PlanListener, 'failed'> {
  readonly logger: QueryTimingLogger;
  /** Of the DataSource. */
  readonly name: string;
  readonly maxStatementLength: number;
}

/** Captures the plans of the slow statements of a DataSource, and writes a line for each. */
export function capturePlans(
  dataSource: DataSource,
  options: ResolvedExplainOptions,
  { logger, name, maxStatementLength, failed }: Context,
): Plans {
  return new Plans(dataSource, options, {
    captured: (plan, fingerprint, statement) =>
      inform(logger, 'Plan of a slow query', planFields(plan, { fingerprint, statement, maxStatementLength, name })),
    failed,
  });
}

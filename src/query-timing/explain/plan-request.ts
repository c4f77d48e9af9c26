import type { StatementPlan } from '../model/statement-plan';
import type { ParameterKind } from './parameter-kinds';

export interface PlanRequest {
  /** As it was sent. */
  readonly sql: string;
  readonly parameters: number;
  /** Of the parameters that were sent, as far as they are known. */
  readonly kinds: readonly ParameterKind[];
  /** That it has returned or changed, if that is known. */
  readonly rows: number | undefined;
}

/** Plans statements on a connection beside the pool, one at a time. */
export interface Planner {
  /** Undefined if it has none. Rejects if the database refuses or is too slow. */
  plan(request: PlanRequest): Promise<StatementPlan | undefined>;
  /** Closes the connection; the next plan opens another one. */
  close(): void;
}

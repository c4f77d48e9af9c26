import type { StatementPlan } from '../model/statement-plan';

export interface PlanRequest {
  /** As it was sent. */
  readonly sql: string;
  readonly parameters: number;
}

/** Plans statements on a connection beside the pool, one at a time. */
export interface Planner {
  /** Rejects if the database refuses or is too slow. */
  plan(request: PlanRequest): Promise<StatementPlan>;
  /** Closes the connection; the next plan opens another one. */
  close(): void;
}

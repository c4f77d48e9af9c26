/**
 * How the database runs a statement, without any of its values: literals in conditions are `?`, and estimates are rounded to
 * two digits.
 */
export interface StatementPlan {
  /** One line, at most 500 characters: the findings, or the nodes if there are none. */
  readonly summary: string;
  /** In the order of EXPLAIN, the root first; at most 100. */
  readonly nodes: readonly PlanNode[];
  /** What is worth knowing, the most expensive first. */
  readonly findings: readonly PlanFinding[];
  /** The planner's estimate for the whole statement, in its own unit; undefined if it gives none. */
  readonly cost: number | undefined;
  /** Which values it was planned for, in one sentence: those that were sent are unknown. */
  readonly basis: string;
  /** As in `2026-01-31T12:00:00.000Z`. */
  readonly capturedAt: string;
}

/** One step of a plan. */
export interface PlanNode {
  /** 0 for the root. */
  readonly depth: number;
  /** As the database calls it, such as `Seq Scan`. */
  readonly operation: string;
  readonly table: string | undefined;
  readonly index: string | undefined;
  /** Rows that the planner expects from it. */
  readonly rows: number | undefined;
  readonly cost: number | undefined;
  /** Such as `Filter: (customer = $1)`. */
  readonly conditions: readonly string[];
}

/** Kinds of findings, in the guide's words. */
export const FINDING_KINDS = [
  'sequential-scan',
  'index-not-used',
  'sort',
  'temporary-table',
  'nested-loop',
  'foreign-key',
  'not-in',
  'statistics',
  'estimate',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something in a plan that makes it slow. */
export interface PlanFinding {
  readonly kind: FindingKind;
  /** What the plan does, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. It says whether it is verified or a guess. */
  readonly hint: string | undefined;
  /** The statement that creates the index to try. */
  readonly index: string | undefined;
  /** The statement's cost without and with that index; undefined if it is not verified. */
  readonly verified: VerifiedCost | undefined;
}

/** Two estimates of the planner, measured with HypoPG. */
export interface VerifiedCost {
  readonly before: number;
  readonly after: number;
}

/** What became of the requests for a plan since the start. */
export interface PlanCounts {
  readonly captured: number;
  /** The database refused, was too slow or could not be reached. */
  readonly failed: number;
  /** Not asked for: no plain SELECT, INSERT, UPDATE or DELETE, or too many in this minute. */
  readonly skipped: number;
}

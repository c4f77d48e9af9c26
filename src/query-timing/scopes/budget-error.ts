import type { ScopeSummary } from '../model/scope-summary';
import { exceededIn } from './findings';
import type { Scope } from './scope';
import { summaryOf } from './scope-summary';

const UNITS = { statements: 'statements', repeated: 'repetitions of a statement', ms: 'ms in the database' } as const;

/**
 * One unit of work did more than its budget allows. Its message lists the statements. Thrown only where
 * {@link enforceBudgets} is on.
 *
 * @publicApi
 */
export class QueryBudgetExceededError extends Error {
  constructor(readonly scope: ScopeSummary) {
    super(messageOf(scope));
    this.name = 'QueryBudgetExceededError';
  }
}

let isEnforced = false;

/**
 * Whether work that exceeds its budget fails with a {@link QueryBudgetExceededError}, instead of being logged only: that of
 * `runInScope`, and under Nest requests, messages and jobs. For tests. It does not replace what the work itself throws. Call
 * it before the application is created: only then its requests are checked.
 *
 * @publicApi
 * @example
 * ```ts
 * import { enforceBudgets } from 'nestjs-query-timing/testing';
 *
 * beforeAll(() => enforceBudgets(true));
 * afterAll(() => enforceBudgets(false));
 * ```
 */
export function enforceBudgets(enforce: boolean): void {
  isEnforced = enforce;
}

export const enforcesBudgets = (): boolean => isEnforced;

/** @throws QueryBudgetExceededError if budgets are enforced and the scope has exceeded its own */
export function checkBudget(scope: Scope): void {
  if (isEnforced && exceededIn(scope).length > 0) throw new QueryBudgetExceededError(summaryOf(scope));
}

function messageOf({ name, findings, distinct }: ScopeSummary): string {
  const limits = findings.flatMap((finding) => (finding.kind === 'exceeded_budget' ? finding.exceeded : []));
  const exceeded = limits.map(({ limit, allowed, actual }) => `${actual} ${UNITS[limit]}, allowed ${allowed}`);
  const statements = [...distinct].sort((a, b) => b.count - a.count);
  return [
    `"${name}" exceeded its budget: ${exceeded.join('; ')}`,
    ...statements.map(({ count, statement }) => `${String(count).padStart(6)} x ${statement}`),
  ].join('\n');
}

import type { StatementPlan } from '../model/statement-plan';

interface Of {
  readonly name: string;
  readonly fingerprint: string;
  readonly statement: string;
  readonly maxStatementLength: number;
}

/** The fields of the log line of a captured plan. */
export function planFields({ summary, cost }: StatementPlan, of: Of): object {
  const { name, fingerprint, statement, maxStatementLength } = of;
  return {
    operation: 'DB_QUERY_PLAN',
    statement: statement.slice(0, maxStatementLength),
    fingerprint,
    data_source: name,
    plan: summary,
    ...(cost !== undefined && { cost }),
  };
}

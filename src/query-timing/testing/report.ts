import type { ObservedStatement } from '../recorder/statement-observer';
import type { Recording } from './recording';

export interface StatementGroup {
  readonly statement: string;
  readonly fingerprint: string;
  readonly dataSource: string;
  readonly count: number;
  /** The lines of code that sent it, and how often each did. */
  readonly callers: ReadonlyMap<string, number>;
}

/** The statements of a recording by fingerprint and DataSource, the most frequent first. */
export function groupsOf(statements: readonly ObservedStatement[]): StatementGroup[] {
  const groups = new Map<string, StatementGroup & { count: number; callers: Map<string, number> }>();
  for (const { statement, fingerprint, dataSource, caller } of statements) {
    const key = `${dataSource} ${fingerprint}`;
    const group = groups.get(key) ?? {
      statement,
      fingerprint,
      dataSource,
      count: 0,
      callers: new Map<string, number>(),
    };
    group.count++;
    if (caller !== undefined) group.callers.set(caller, (group.callers.get(caller) ?? 0) + 1);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** Statements with their counts and the lines of code that sent them. */
export function listOf({ statements, transactionControl }: Recording): string {
  if (statements.length === 0) return '  (no statements)';
  const lines = groupsOf(statements).flatMap(({ statement, dataSource, count, callers }) => [
    `${String(count).padStart(6)} x ${statement}${dataSource === 'default' ? '' : `  (${dataSource})`}`,
    ...[...callers].map(([caller, times]) => `         at ${caller}${times === count ? '' : ` (${times} x)`}`),
  ]);
  if (transactionControl > 0) lines.push(`         and ${transactionControl} that begin or end transactions`);
  return lines.join('\n');
}

export function counted(count: number): string {
  return count === 1 ? '1 statement' : `${count} statements`;
}

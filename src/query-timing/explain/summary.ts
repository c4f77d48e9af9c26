import type { PlanFinding, PlanNode } from '../model/statement-plan';
import { cut } from '../model/printable';
import { rowsText } from './estimates';

const MAX_SUMMARY = 500;

/** The plan in one line. */
export function summaryOf(findings: readonly PlanFinding[], nodes: readonly PlanNode[]): string {
  const parts =
    findings.length > 0
      ? findings.map(({ message, hint }) => (hint === undefined ? message : `${message}: ${hint}`))
      : nodes.map(({ operation, table, index, rows }) => {
          const using = index === undefined ? '' : ` using ${index}`;
          const on = table === undefined ? '' : ` on ${table}`;
          return `${operation}${using}${on}${rows === undefined ? '' : ` (${rowsText(rows)})`}`;
        });
  return cut(parts.join(findings.length > 0 ? '; ' : ' > '), MAX_SUMMARY - 1);
}

import { rounded, rowsText } from '../estimates';
import type { PlanRequest } from '../plan-request';
import type { Finding } from './condition-findings';
import type { TreeNode } from './plan-tree';
import { MIN_ROWS } from './sort-findings';

const FACTOR = 10;
const CHANGE = /^(?:Insert|Update|Delete|Merge)$/;

/**
 * The planner expected many more rows than there were, or many fewer. Only for a statement without parameters: its plan is
 * the one that ran.
 */
export function estimateFindings(root: TreeNode, { parameters, rows }: PlanRequest): Finding[] {
  if (parameters > 0 || rows === undefined) return [];
  const { rows: expected } = (CHANGE.test(root.operation) && root.children[0]) || root;
  const [fewer, more] = [Math.min(rows, expected), Math.max(rows, expected)];
  if (more < MIN_ROWS || more < FACTOR * Math.max(1, fewer)) return [];
  const times = rounded(more / Math.max(1, fewer)).toLocaleString('en-US');
  const found = rows === 0 ? 'none' : rowsText(rows);
  const message = `the planner expects ${rowsText(expected)}, and the statement finds ${found}: wrong by a factor of ${times}`;
  const hint = 'ANALYZE the tables; for columns that depend on each other or for an expression, CREATE STATISTICS';
  return [{ kind: 'estimate', message, hint }];
}

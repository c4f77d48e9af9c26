import type { PlanFinding } from '../../model/statement-plan';
import { rowsText } from '../estimates';
import { redacted } from '../redaction';
import { conditionsOf } from './conditions';
import { allNodes, type TreeNode } from './plan-tree';
import { conditionText, MIN_ROWS, scanFindings, type Finding } from './scan-findings';
import { sortFindings, type SortFacts } from './sort-findings';
import { indexFor, isEquality } from './suggested-index';
import { quoted, type TableFacts } from './table-facts';
import { MYSQL } from './tokens';

const MAX_FINDINGS = 5;
const FEW = 0.1;

/** What in a plan makes the statement slow, without a word about literals. */
export function findingsOf(nodes: readonly TreeNode[], facts: SortFacts): PlanFinding[] {
  const all = nodes.flatMap(allNodes);
  const joins = new Map(all.flatMap((node) => node.children.map((child) => [child, conditionText(node)] as const)));
  const found = all.flatMap((node) => {
    const table = facts.tables.get(node.table ?? '');
    return [
      ...scanFindings(node, table, joins.get(node)),
      ...(table ? leftFindings(node, table) : []),
      ...sortFindings(node, facts),
    ];
  });
  const distinct = new Map(found.map((one) => [`${one.kind} ${one.message}`, one]));
  return [...distinct.values()].slice(0, MAX_FINDINGS).map((one) => {
    const { hint, index } = one;
    const guess = hint !== undefined && index !== undefined ? `${hint} (a guess, not verified)` : hint;
    return { index: undefined, verified: undefined, ...one, hint: guess };
  });
}

/** An index finds many rows, of which a condition leaves few. */
function leftFindings(node: TreeNode, table: TableFacts): Finding[] {
  const { access, rows = 0, left, index } = node;
  const text = conditionText(node);
  if ((access !== 'ref' && access !== 'range') || rows < MIN_ROWS || left > FEW || text === undefined) return [];
  const conditions = conditionsOf(text, node.table!).filter(isEquality);
  const suggested = indexFor(table, conditions);
  return [
    {
      kind: 'index-not-used',
      message: `${redacted(text, MYSQL)} leaves ${rowsText(rows * left)} of ${rowsText(rows)} that ${quoted(index ?? '')} finds`,
      hint: suggested && `an index with these columns: ${suggested}`,
      index: suggested,
    },
  ];
}

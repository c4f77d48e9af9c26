import { dialectOf } from '../../sql/dialect';
import { rowsText } from '../estimates';
import { redacted } from '../redaction';
import { conditionsFindings, type Finding } from './condition-findings';
import { quoted } from './conditions';
import { conditionsOf } from './node-conditions';
import type { TreeNode } from './plan-tree';
import { limitOver, MIN_ROWS } from './sort-findings';
import { indexFor, indexOn, isEquality } from './suggested-index';
import type { TableFacts } from './table-facts';

type Parents = ReadonlyMap<TreeNode, TreeNode>;

const POSTGRES = dialectOf('postgres');
/** A join that needs at most this part of a table would do better with an index. */
const FEW = 0.1;
/** Between a nested loop and what it runs for each row. */
const PASSED_ON = new Set(
  'Append,Aggregate,Incremental Sort,Limit,Materialize,Memoize,Result,Sort,Subquery Scan,Unique,WindowAgg'.split(','),
);
const KEPT = new Set(['Materialize', 'Memoize']);

const isSequential = ({ operation }: TreeNode) => /^(?:Parallel )?Seq Scan$/.test(operation);
const isOrdered = ({ operation }: TreeNode) => /^Index (?:Only )?Scan$/.test(operation);
/** The live rows are only a count of changes, and the planner has none before the first ANALYZE. */
export const rowsOf = ({ rows, live }: TableFacts): number => (rows < 0 ? live : rows);

/** A whole table is read for what a condition leaves of it. */
export function scanFindings(node: TreeNode, table: TableFacts, parents: Parents): Finding[] {
  if (rowsOf(table) < MIN_ROWS) return [];
  const loop = loopOver(node, parents);
  if (isOrdered(node)) return orderedFindings(node, table, parents, timesText(node, loop));
  if (!isSequential(node)) return [];
  const filter = node.filter ?? (loop?.isDirect ? loop.join.joinFilter : hashConditionOver(node, table, parents));
  if (filter === undefined) return [];
  const conditions = conditionsOf(node, filter, table);
  const reads = `reads all ${rowsText(rowsOf(table))} of ${quoted(table.name)} for ${redacted(filter, POSTGRES)}`;
  const message = `${timesText(node, loop)}${reads}`;
  const kind = loop || node.perRow ? 'nested-loop' : 'sequential-scan';
  return conditionsFindings({ table, conditions, message, kind, rows: node.rows });
}

interface Loop {
  readonly join: TreeNode;
  /** Between them is at most a memory of its rows. */
  readonly isDirect: boolean;
}

function timesText({ perRow }: TreeNode, loop: Loop | undefined): string {
  if (loop) return `for each of ${rowsText(loop.join.children[0]!.rows)} of a nested loop, `;
  return perRow ? 'for each row of the statement around it, ' : '';
}

/** The nested loop that reads the node again for each row, if there is one. */
function loopOver(node: TreeNode, parents: Parents): Loop | undefined {
  let child = node;
  let isDirect = true;
  for (let parent = parents.get(child); parent !== undefined; parent = parents.get((child = parent))) {
    if (parent.operation.startsWith('Nested Loop')) {
      const isInner = parent.children.indexOf(child) === 1 && parent.children[0]!.rows > 1;
      return isInner ? { join: parent, isDirect } : undefined;
    }
    if (!PASSED_ON.has(parent.operation)) return undefined;
    if (!KEPT.has(parent.operation)) isDirect = false;
  }
  return undefined;
}

/** The condition of a hash join that needs few rows of a table, which has no index for it. */
function hashConditionOver(node: TreeNode, table: TableFacts, parents: Parents): string | undefined {
  const above = parents.get(node);
  const isHashed = /^(?:Parallel )?Hash$/.test(above?.operation ?? '');
  const [child, join] = isHashed ? [above!, parents.get(above!)] : [node, above];
  if (!join || join.hashCondition === undefined) return undefined;
  const few = FEW * rowsOf(table);
  if (join.rows > few || join.children.some((one) => one !== child && one.rows > few)) return undefined;
  const equal = conditionsOf(node, join.hashCondition, table).filter(isEquality);
  const hasIndex = equal.some(({ column }) => indexOn(table, column!));
  return equal.length === 0 || hasIndex ? undefined : join.hashCondition;
}

/** A whole index is read in its order, for the few rows that a filter leaves. */
function orderedFindings(node: TreeNode, table: TableFacts, parents: Parents, times: string): Finding[] {
  const { filter, indexCondition, rows } = node;
  if (filter === undefined || indexCondition !== undefined) return [];
  const conditions = conditionsOf(node, filter, table);
  const order = table.indexes.find(({ name }) => name === node.index);
  const limit = limitOver(node, parents);
  const part = limit === undefined ? 1 : Math.min(1, limit.rows / Math.max(1, rows));
  const read = part * rowsOf(table);
  if (read < MIN_ROWS || !order || !conditions.some(isEquality)) return [];
  const index = indexFor(table, conditions, order.keys);
  const message = `${times}reads ${rowsText(read)} of ${quoted(table.name)} in the order of ${quoted(order.name)} for ${redacted(filter, POSTGRES)}`;
  return [{ kind: 'index-not-used', message, hint: `an index with these columns: ${index}`, index }];
}

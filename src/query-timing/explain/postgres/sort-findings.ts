import { bytesText, rowsText } from '../estimates';
import type { Finding } from './condition-findings';
import { aliasPattern } from './conditions';
import { conditionsOf } from './node-conditions';
import type { TreeNode } from './plan-tree';
import { indexFor, isEquality } from './suggested-index';
import type { ServerFacts, TableFacts } from './table-facts';

/** A smaller table is read as fast as an index, and fewer rows are sorted quickly. */
export const MIN_ROWS = 1000;
/** What a sort keeps of each row besides its columns. */
const ROW_BYTES = 24;
/** A column, with the name of its table. */
const KEY = /^("(?:[^"]|"")*"|[^\s()."]+)\.(?:"(?:[^"]|"")*"|[^\s()."]+)(?: (?:DESC|ASC|NULLS FIRST|NULLS LAST))*$/;
/** What makes other rows, or other orders, of what it reads. */
const OTHER_ORDER = /Aggregate|Group|Limit|Recursive|SetOp|Sort|Unique|WindowAgg/;

/** Many rows are sorted for the first of them, or more than fits into the memory of a sort. */
export function sortFindings(
  node: TreeNode,
  facts: ServerFacts,
  tableOf: (node: TreeNode) => TableFacts | undefined,
  limit: TreeNode | undefined,
): Finding[] {
  const [input] = node.children;
  if (node.operation !== 'Sort' || !input || input.rows < MIN_ROWS) return [];
  const kept = limit === undefined ? input.rows : Math.min(limit.rows, input.rows);
  const bytes = kept * (input.width + ROW_BYTES);
  const spills = bytes > facts.workMem;
  if (!spills && limit === undefined) return [];
  const table = tableOf(input) ?? (input.children[0] && tableOf(input.children[0]));
  const index = table && sortIndex(node, input, table);
  const named = index ? `: ${index}` : '';
  const sorts = `sorts ${rowsText(input.rows)}`;
  if (!spills) {
    const hint = isOrderOfTable(node)
      ? `an index in the order of the sort returns them without one${named}`
      : undefined;
    return [{ kind: 'sort', message: `${sorts} to return the first of them`, hint, index }];
  }
  const message = `${sorts}, about ${bytesText(bytes)} beside a work_mem of ${bytesText(facts.workMem)}`;
  const or = isOrderOfTable(node) ? `, or an index in its order${named}` : '';
  const hint = `a larger work_mem for this statement (SET LOCAL)${or}`;
  return [{ kind: 'sort', message, hint, index }];
}

/** Whether an index could return the rows in this order: the keys are columns of one table whose rows arrive as they are. */
function isOrderOfTable({ sortKeys, children }: TreeNode): boolean {
  const aliases = new Set(sortKeys.map((key) => KEY.exec(key)?.[1]));
  const [alias] = aliases;
  if (aliases.size > 1 || alias === undefined) return false;
  return scansBelow(children).some(
    (scan) => new RegExp(`^${aliasPattern(scan.alias ?? '')}$`).test(alias) || isPartOf(scan, alias),
  );
}

/** PostgreSQL numbers the names of partitions. */
const isPartOf = ({ alias = '' }: TreeNode, whole: string) => alias.replace(/_\d+$/, '') === whole;

function scansBelow(nodes: readonly TreeNode[]): TreeNode[] {
  return nodes.flatMap((node) => {
    if (node.table !== undefined) return [node];
    return OTHER_ORDER.test(node.operation) ? [] : scansBelow(node.children);
  });
}

/** The LIMIT that takes the first rows only, perhaps from several workers. */
export function limitOver(node: TreeNode, parents: ReadonlyMap<TreeNode, TreeNode>): TreeNode | undefined {
  const parent = parents.get(node);
  if (parent === undefined || parent.operation === 'Limit') return parent;
  return parent.operation === 'Gather Merge' ? limitOver(parent, parents) : undefined;
}

function sortIndex({ sortKeys }: TreeNode, input: TreeNode, table: TableFacts): string | undefined {
  const own = new RegExp(`^${aliasPattern(input.alias ?? input.table ?? '')}\\.`);
  const keys = sortKeys.map((key) => (own.test(key) ? key.replace(own, '') : ''));
  const names = new Set(table.columns.map(({ name }) => name));
  if (!keys.every((key) => names.has(key.replaceAll(/ (?:DESC|ASC|NULLS FIRST|NULLS LAST)\b/g, '')))) return undefined;
  const equal = conditionsOf(input, input.filter, table).filter(isEquality);
  return indexFor(table, equal, keys);
}

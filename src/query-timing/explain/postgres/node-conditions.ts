import { conditionOf, conjunctionsOf, type Condition } from './conditions';
import type { TreeNode } from './plan-tree';
import type { TableFacts } from './table-facts';

/** What a condition of a node says about the columns of its table. */
export function conditionsOf({ alias, table }: TreeNode, text: string | undefined, facts: TableFacts): Condition[] {
  if (text === undefined) return [];
  const typeOf = (column: string) => facts.columns.find(({ name }) => name === column)?.type;
  return conjunctionsOf(text).map((part) => conditionOf(part, alias ?? table ?? '', typeOf));
}

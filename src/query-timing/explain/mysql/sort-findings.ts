import { bytesText, rowsText } from '../estimates';
import { Token } from '../../sql/lexer';
import { conditionsOf } from './conditions';
import { allNodes, tablesIn, type TreeNode } from './plan-tree';
import { conditionText, MIN_ROWS, type Finding } from './scan-findings';
import { indexFor, isEquality, type SortKey } from './suggested-index';
import type { TableFacts } from './table-facts';
import { tokensOf } from './tokens';

export interface SortFacts {
  /** Of the server, in bytes. */
  readonly sortBuffer: number;
  /** Whether the statement takes the first rows only. */
  readonly limited: boolean;
  readonly tables: ReadonlyMap<string, TableFacts>;
}

/** Many rows are sorted for the first of them, or more than fits into the buffer, or are collected in a temporary table. */
export function sortFindings(node: TreeNode, facts: SortFacts): Finding[] {
  const isSort = node.operation === 'filesort';
  const isTemporary = node.operation === 'temporary table';
  if (!isSort && !isTemporary) return [];
  const tables = tablesIn(node);
  const rows = tables.reduce((product, one) => product * Math.max(1, (one.rows ?? 1) * one.left), 1);
  if (tables.length === 0 || rows < MIN_ROWS) return [];
  if (isTemporary)
    return [{ kind: 'temporary-table', message: `collects ${rowsText(rows)} in a temporary table`, hint: undefined }];
  // Both steps are about the same rows.
  const collected = node.children.flatMap(allNodes).some(({ operation }) => operation === 'temporary table');
  const bytes = rows * tables.reduce((sum, { table }) => sum + (facts.tables.get(table ?? '')?.rowBytes ?? 0), 0);
  const spills = bytes > facts.sortBuffer;
  if (collected || (!spills && !facts.limited)) return [];
  const index = tables.length === 1 ? sortIndex(node, tables[0]!, facts) : undefined;
  const named = index ? `: ${index}` : '';
  if (facts.limited) {
    const hint = `an index in the order of the sort returns them without one${named}`;
    return [{ kind: 'sort', message: `sorts ${rowsText(rows)} to return the first of them`, hint, index }];
  }
  const message = `sorts ${rowsText(rows)}, about ${bytesText(bytes)} beside a sort_buffer_size of ${bytesText(facts.sortBuffer)}`;
  return [
    {
      kind: 'sort',
      message,
      hint: `an index in its order, or a larger sort_buffer_size for this session${named}`,
      index,
    },
  ];
}

function sortIndex(node: TreeNode, { table = '', ...scan }: TreeNode, { tables }: SortFacts): string | undefined {
  const facts = tables.get(table);
  const keys = sortKeys(node.conditions.find(([name]) => name === 'sort_key')?.[1], table);
  if (facts === undefined || keys === undefined || !keys.every(({ column }) => facts.types.has(column)))
    return undefined;
  const equal = conditionsOf(conditionText({ table, ...scan }), table).filter(isEquality);
  return indexFor(facts, equal, keys);
}

/** MariaDB names them, MySQL does not. Undefined unless they are columns of the table. */
function sortKeys(text: string | undefined, alias: string): SortKey[] | undefined {
  const tokens = text === undefined ? undefined : tokensOf(text);
  if (tokens === undefined || tokens.length === 0) return undefined;
  const keys: SortKey[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [table, dot, column] = tokens.slice(i, i + 3);
    if (table?.text.toLowerCase() !== alias.toLowerCase() || dot?.text !== '.' || column === undefined)
      return undefined;
    const after = tokens[i + 3];
    const descending = after?.kind === Token.Word && after.text === 'desc';
    keys.push({ column: column.text, descending });
    i += descending ? 4 : 3;
    if (tokens[i] !== undefined && tokens[i]!.text !== ',') return undefined;
  }
  return keys;
}

import type { FindingKind, PlanFinding } from '../../model/statement-plan';
import { rowsText } from '../estimates';
import { redacted } from '../redaction';
import { conditionsOf, type Condition } from './conditions';
import type { TreeNode } from './plan-tree';
import { indexAfterOthers, indexFor, indexOn, isEquality, isRange } from './suggested-index';
import { quoted, type TableFacts } from './table-facts';
import { MYSQL } from './tokens';

export type Finding = Pick<PlanFinding, 'kind' | 'message' | 'hint'> & Partial<Pick<PlanFinding, 'index'>>;

/** A smaller table is read as fast as an index. */
export const MIN_ROWS = 1000;
const TEXTS = /char|text|enum|set/;
const PATTERN = 'like';

/** A whole table, or a whole index, is read for what a condition leaves of it. */
export function scanFindings(node: TreeNode, facts: TableFacts | undefined, joinCondition?: string): Finding[] {
  const { access, rows = 0, table, outerRows, dependent, joinBuffer } = node;
  if ((access !== 'ALL' && access !== 'index') || rows < MIN_ROWS || table === undefined) return [];
  const text = conditionText(node) ?? joinCondition;
  if (text === undefined) return [];
  // A name that two subqueries give to different tables is one of them only.
  const conditions = conditionsOf(text, table).filter(({ column }) => !column || facts?.types.has(column));
  const looped = dependent || (outerRows > 1 && joinBuffer !== 'hash');
  const kind = looped ? 'nested-loop' : 'sequential-scan';
  const what = access === 'index' ? `the index ${quoted(node.index ?? '')} of ` : '';
  const reads = `reads all ${rowsText(rows)} of ${what}${facts?.qualified ?? quoted(table)}`;
  const message = `${timesText(node)}${reads} for ${redacted(text, MYSQL)}`;
  if (facts === undefined) return [{ kind, message, hint: undefined }];
  return [explained({ kind, message, facts, conditions, node })];
}

function timesText({ dependent, outerRows, joinBuffer }: TreeNode): string {
  if (dependent) return 'for each row of the statement around it, ';
  if (outerRows <= 1 || joinBuffer === 'hash') return '';
  const each = joinBuffer === 'flat' ? 'for each buffer of the' : 'for each of';
  return `${each} ${rowsText(outerRows)} of a nested loop, `;
}

export const conditionText = ({ conditions }: TreeNode): string | undefined =>
  conditions.find(([name]) => name === 'attached_condition')?.[1];

interface Scan {
  readonly kind: FindingKind;
  readonly message: string;
  readonly facts: TableFacts;
  readonly conditions: readonly Condition[];
  readonly node: TreeNode;
}

/** Why no index served the conditions, and what would. */
function explained(scan: Scan): Finding {
  const { kind, message, facts, conditions } = scan;
  const reason = conditions.map((one) => uselessness(one, facts)).find((one) => one !== undefined);
  const comparable = conditions.filter((one) => (isEquality(one) || isRange(one)) && !mismatched(one, facts));
  const found = comparable.length > 0 ? ofColumns(scan, comparable) : reason;
  if (found === undefined) return { kind, message, hint: undefined };
  const { why, ...rest } = found;
  return { kind: why === undefined ? kind : 'index-not-used', message: why ? `${message}; ${why}` : message, ...rest };
}

interface Explanation {
  /** Why an index was not used; undefined if there is none to use. */
  readonly why?: string;
  readonly hint: string;
  readonly index?: string | undefined;
}

function ofColumns({ facts, node }: Scan, conditions: readonly Condition[]): Explanation {
  // An index on a range says little as long as what is compared with = has none.
  const equal = conditions.filter(isEquality);
  const present = (equal.length > 0 ? equal : conditions).find(({ column }) => indexOn(facts, column!));
  if (present !== undefined) {
    const { name } = indexOn(facts, present.column!)!;
    const why = `the optimizer did not choose ${quoted(name)}`;
    if (isRange(present)) {
      return { why, hint: `how much of ${quoted(name)} a range takes is unknown here: EXPLAIN it with real values` };
    }
    return { why, hint: `if that is wrong, ANALYZE TABLE ${facts.qualified}; if it is right, an index does not help` };
  }
  const index = indexFor(facts, conditions);
  const after = conditions.map(({ column }) => indexAfterOthers(facts, column!)).find((one) => one !== undefined);
  if (after === undefined || node.access === 'index') return { hint: `an index: ${index}`, index };
  const why = `${quoted(after.name)} begins with ${after.columns[0] || 'an expression'}, which the statement does not restrict`;
  return { why, hint: `an index that begins with ${conditions[0]!.column}: ${index}`, index };
}

const mismatched = ({ kind, column, value }: Condition, { types }: TableFacts): boolean =>
  kind === 'column' && value === 'number' && TEXTS.test(types.get(column!) ?? '');

/** Why a condition cannot use an index on its column. */
function uselessness(condition: Condition, facts: TableFacts): Explanation | undefined {
  const { kind, by, column, operator, value } = condition;
  if (column === undefined) return undefined;
  if (kind === 'function') return ofFunction(by!, column);
  if (mismatched(condition, facts)) {
    const why = `${column} is a text and is compared with a number, so an index on it is not used`;
    return { why, hint: 'pass the value as a text' };
  }
  if (operator === PATTERN && value === 'wildcard') {
    const why = `the pattern for ${column} begins with a wildcard`;
    return { why, hint: `for whole words, a FULLTEXT index and MATCH (${quoted(column)}) AGAINST (…)` };
  }
  return undefined;
}

function ofFunction(by: string, column: string): Explanation {
  if (by === 'convert') {
    const why = `${column} is converted to another character set, so an index on it is not used`;
    return { why, hint: 'give both columns, or the connection, the same character set and collation' };
  }
  const why = `${by}() is applied to ${column}, so an index on it is not used`;
  return { why, hint: 'compare the bare column, with a range if need be, or index a generated column' };
}

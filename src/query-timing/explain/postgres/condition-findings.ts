import type { FindingKind, PlanFinding } from '../../model/statement-plan';
import { rowsText } from '../estimates';
import { quoted, type Condition } from './conditions';
import type { Explanation } from './explanation';
import { elementExplanation, isMultiValued, multiValueExplanation } from './multi-value-findings';
import {
  createIndex,
  expressionIndex,
  indexAfterOthers,
  indexFor,
  indexOn,
  isEquality,
  isRange,
  patternIndex,
} from './suggested-index';
import type { TableFacts } from './table-facts';

export type Finding = Pick<PlanFinding, 'kind' | 'message' | 'hint'> & Partial<Pick<PlanFinding, 'index'>>;

interface Scan {
  readonly table: TableFacts;
  readonly conditions: readonly Condition[];
  /** What is read. */
  readonly message: string;
  readonly kind: FindingKind;
  /** Rows that the planner expects to remain. */
  readonly rows: number;
}

const PATTERNS = new Set(['~~', '~~*']);

/** Why no index served the conditions of a table that is read as a whole, and what would. */
export function conditionsFindings(scan: Scan): Finding[] {
  const { table, conditions, message, kind } = scan;
  const comparable = conditions.filter((one) => isEquality(one) || isRange(one));
  const explanation = comparable.length > 0 ? ofColumns(scan, comparable) : ofOther(table, conditions);
  if (explanation === undefined) return [{ kind, message, hint: undefined }];
  const { why, ...rest } = explanation;
  return [
    { kind: why === undefined ? kind : 'index-not-used', message: why ? `${message}; ${why}` : message, ...rest },
  ];
}

function ofColumns({ table, rows }: Scan, conditions: readonly Condition[]): Explanation | undefined {
  const columns = conditions.map(({ column }) => column!);
  const present = columns.map((column) => indexOn(table, column)).find(Boolean);
  if (present !== undefined) {
    const expected = `the planner expects ${rowsText(rows)} to remain and did not choose ${quoted(present.name)}`;
    return { why: expected, hint: 'if that is wrong, ANALYZE the table; if it is right, an index does not help' };
  }
  const index = indexFor(table, conditions);
  const after = columns.map((column) => indexAfterOthers(table, column)).find(Boolean);
  if (after === undefined) return { hint: `an index: ${index}`, index };
  const why = `${quoted(after.name)} begins with ${after.keys[0]}, which the statement does not restrict`;
  return { why, hint: `an index that begins with ${columns[0]}: ${index}`, index };
}

function ofOther(table: TableFacts, conditions: readonly Condition[]): Explanation | undefined {
  for (const condition of conditions) {
    const { kind, operator, column, by } = condition;
    if (column === undefined) continue;
    if (kind === 'function') return ofFunction(table, condition);
    if (kind === 'cast') {
      const why = `${column} is converted to ${by}, so an index on it is not used`;
      return { why, hint: `pass the value in the type of ${column}` };
    }
    if (PATTERNS.has(operator)) return ofPattern(table, condition);
    if (isMultiValued(operator)) return multiValueExplanation(table, condition);
    const element = elementExplanation(table, condition);
    if (element !== undefined) return element;
  }
  return undefined;
}

function ofFunction(table: TableFacts, condition: Condition): Explanation {
  const { by, column } = condition;
  const index = expressionIndex(table, condition);
  if (/^[-#[]/.test(by!)) return ofPath(table, condition);
  const why = `${by}() is applied to ${column}, so an index on it is not used`;
  if (index === undefined)
    return { why, hint: `compare the bare column, with a range if need be, or index the expression` };
  return { why, hint: `an index on the expression: ${index}`, index };
}

/** A part of a document is read. */
function ofPath(table: TableFacts, { by, column }: Condition): Explanation {
  const why = `${column} is read with ${by}, so an index on it is not used`;
  const type = table.columns.find(({ name }) => name === column)?.type;
  if (type !== 'jsonb') return { why, hint: 'index the expression' };
  const gin = createIndex(table, [`${column} jsonb_path_ops`], 'USING gin ');
  return { why, hint: `search with @> and a GIN index: ${gin}`, index: undefined };
}

function ofPattern(table: TableFacts, { column, operator, value }: Condition): Explanation {
  const literal = /^'(.)/.exec(value)?.[1];
  const anywhere = operator === '~~*' || literal === '%' || literal === '_';
  const present = patternIndex(table, column!, anywhere);
  if (present !== undefined) {
    const why = `the pattern is not known, so the plan does not use ${quoted(present.name)}`;
    return { why, hint: 'with its value, PostgreSQL may use it: a plan without values cannot say' };
  }
  const trigrams = createIndex(table, [`${column} gin_trgm_ops`], 'USING gin ');
  if (anywhere) {
    const why =
      literal === undefined ? `ILIKE cannot use a common index on ${column}` : 'the pattern begins with a wildcard';
    return { why, hint: `an index of trigrams (extension pg_trgm): ${trigrams}`, index: trigrams };
  }
  const prefix = createIndex(table, [`${column} text_pattern_ops`]);
  const why = `LIKE needs an index for patterns on ${column}`;
  return { why, hint: `for patterns such as 'abc%': ${prefix}; for '%abc%', trigrams: ${trigrams}`, index: prefix };
}

import type { SqlDialect } from '../sql/dialect';
import { flatCopy } from '../sql/flat-copy';
import { QUERY_TYPES, type QueryTypeIndex } from '../sql/query-type';
import { shapeOf, type StatementShape, type TableReference } from '../sql/statement-shape';
import type { RelationNames } from './relations/relation-names';

const OTHER = QUERY_TYPES.indexOf('OTHER');
const ROLLBACK = QUERY_TYPES.indexOf('ROLLBACK');
const SELECT = QUERY_TYPES.indexOf('SELECT');
const MAX_NAME_LENGTH = 200;
/** Another schema, database or role, or a setting of the application: those of one tenant after those of another. */
const CHANGES_SESSION =
  /^\s*(?:set\s+(?:session\s+|local\s+)?(?:search_path|role|session\s+authorization|[a-z_]\w*\.\w+)|use)\b|\bset_config\s*\(/i;
const MAX_SETTING_LENGTH = 300;
/** Of the server. */
const SYSTEM = /^(?:information_schema|pg_.*|sqlite_.*|performance_schema|mysql|sys)$/i;

/** What decides whether it is worth a look that a statement is repeated. */
export interface RepetitionReading {
  /** It handles several at a time: their keys are in a list, or their rows in one INSERT. */
  readonly batch: boolean;
  /** Running it again and again is its purpose: it reads the next page, the next number or the server's settings. */
  readonly expected: boolean;
  /** It reads a page of its rows: the next one of the same rows is expected, and the same one of other rows is not. */
  readonly pages: boolean;
  /** What is sent after it is not what was sent before, even with the same text. */
  readonly restarts: boolean;
  /** That it reads or changes. */
  readonly table: TableReference | undefined;
}

export const UNREADABLE: RepetitionReading = {
  batch: false,
  expected: false,
  pages: false,
  restarts: false,
  table: undefined,
};

/** Reads a text once; what it says is kept with the statement. */
export function readRepetition(
  sql: string,
  typeIndex: QueryTypeIndex,
  dialect: SqlDialect,
  names: RelationNames,
): RepetitionReading {
  const shape = shapeOf(sql, dialect);
  const [table] = shape.tables;
  const batch = isBatch(shape, names);
  const pages = readsPages(shape);
  const areDistinguished = typeIndex === SELECT && shape.pageStarts !== undefined;
  const expected =
    typeIndex === OTHER ||
    (table === undefined && typeIndex === SELECT) ||
    (table !== undefined && (table.path.some((name) => SYSTEM.test(name)) || names.isOfTypeOrm(table))) ||
    readsWindow(shape, names) ||
    shape.skipsLocked ||
    (pages && !areDistinguished) ||
    writesChunks(shape, typeIndex, names);
  const mayRestart = (typeIndex === OTHER || table === undefined) && sql.length <= MAX_SETTING_LENGTH;
  const restarts = typeIndex === ROLLBACK || (mayRestart && CHANGES_SESSION.test(sql));
  // Parts of a text would keep all of it in memory.
  const kept = table && {
    path: table.path.slice(0, 3).map((name) => flatCopy(name.slice(0, MAX_NAME_LENGTH))),
    alias: flatCopy(table.alias.slice(0, MAX_NAME_LENGTH)),
  };
  return { batch, expected, pages, restarts, table: kept };
}

/** A list of keys is a batch; a list of other values, beside one key, is a filter. */
function isBatch(shape: StatementShape, names: RelationNames): boolean {
  const { comparisons, rows, unnests } = shape;
  if (rows > 1 || unnests) return true;
  const equal = comparisons.filter(({ operator, constant }) => operator === '=' && !constant);
  const isRepeated = equal.some((one, i) =>
    equal.some((other, k) => k < i && one.alias === other.alias && one.column === other.column),
  );
  if (isRepeated) return true;
  const lists = comparisons.filter((one) => one.values > 1 && !names.isDiscriminator(one, shape));
  const hasKey = comparisons.some((one) => one.values === 1 && !one.constant && one.operator !== 'range');
  return lists.some((list) => !hasKey || (!list.constant && names.isKey(list, shape)));
}

/** All rows of a range of keys: the next range is the next chunk of the table. */
function readsWindow(shape: StatementShape, names: RelationNames): boolean {
  const { comparisons, limit } = shape;
  const varied = comparisons.filter(({ constant }) => !constant);
  return !limit && varied.length > 0 && varied.every((one) => one.operator === 'range' && names.isKey(one, shape));
}

/** At most n of the rows that it finds, until none is left. */
function writesChunks(shape: StatementShape, typeIndex: QueryTypeIndex, names: RelationNames): boolean {
  if (!shape.limit || typeIndex === SELECT) return false;
  return !shape.comparisons.some((one) => one.operator === '=' && !one.constant && names.isKey(one, shape));
}

/** By number, or from the last key on. */
function readsPages({ comparisons, limit, offset }: StatementShape): boolean {
  const isWritten = comparisons.every(({ constant }) => constant);
  return offset || (limit && comparisons.some((one) => one.operator === 'range' && (isWritten || !one.constant)));
}

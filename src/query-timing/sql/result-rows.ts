import { QUERY_TYPES } from './query-type';

const SELECT = QUERY_TYPES.indexOf('SELECT');

/** pg: `rowCount`; mysql2, of a statement without rows: `affectedRows`; PGlite: `rows` and `affectedRows`. */
interface Result {
  readonly rowCount?: unknown;
  readonly rows?: unknown;
  readonly affectedRows?: unknown;
}

/**
 * The number of rows that were returned or changed, by the result of the driver. Undefined if that does not say: SQLite
 * reports no changed rows, and several statements in one text have several results. Never throws.
 */
export function rowsOf(result: unknown, typeIndex: number): number | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  try {
    return Array.isArray(result) ? rowsInList(result, typeIndex) : rowsInResult(result);
  } catch {
    return undefined;
  }
}

function rowsInResult({ rowCount, rows, affectedRows }: Result): number | undefined {
  if (isCount(rowCount)) return rowCount;
  if (Array.isArray(rows) && rows.length > 0) return rows.length;
  return isCount(affectedRows) ? affectedRows : undefined;
}

/** pg-native reports NaN for BEGIN and COMMIT. */
const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** mysql2 and SQLite return a list of rows. An empty one says nothing about an INSERT on SQLite. */
function rowsInList(list: readonly unknown[], typeIndex: number): number | undefined {
  if (list.length === 0) return typeIndex === SELECT ? 0 : undefined;
  return isResult(list[0]) ? undefined : list.length;
}

/**
 * One of several: pg's has `rowCount` and `command`; mysql2's is a list of rows, or a header with `affectedRows`. A row may have
 * columns of these names, but is a plain object.
 */
function isResult(item: unknown): boolean {
  if (typeof item !== 'object' || item === null) return false;
  if (Array.isArray(item)) return isRow(item[0]);
  if (isPlain(item)) return false;
  return ('rowCount' in item && 'command' in item) || ('affectedRows' in item && 'serverStatus' in item);
}

/** The package mysql, which TypeORM takes too, has a class for rows. A value of a row may be a Date or a Buffer. */
const isRow = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Object]';

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

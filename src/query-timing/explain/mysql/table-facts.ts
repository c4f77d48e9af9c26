import { rowsOf, type MySqlConnection } from './mysql-connector';
import { RESERVED } from './reserved-words';
import type { TableName } from './tables';

/** What the server says about a table. */
export interface TableFacts {
  /** In quotes where SQL needs them, with the schema unless it is the current one. */
  readonly qualified: string;
  /** Bytes of a row, on average. */
  readonly rowBytes: number;
  /** Types in lower case, by column. */
  readonly types: ReadonlyMap<string, string>;
  readonly indexes: readonly IndexFacts[];
}

export interface IndexFacts {
  readonly name: string;
  readonly columns: readonly string[];
}

const SIZES =
  'SELECT TABLE_SCHEMA AS query_timing_schema, TABLE_NAME AS t, AVG_ROW_LENGTH AS bytes FROM information_schema.TABLES WHERE';
const COLUMNS =
  'SELECT TABLE_SCHEMA AS query_timing_schema, TABLE_NAME AS t, COLUMN_NAME AS c, DATA_TYPE AS y FROM information_schema.COLUMNS WHERE';
const INDEXES =
  'SELECT TABLE_SCHEMA AS query_timing_schema, TABLE_NAME AS t, INDEX_NAME AS i, COLUMN_NAME AS c, INDEX_TYPE AS y ' +
  'FROM information_schema.STATISTICS WHERE';
const ORDER = 'ORDER BY query_timing_schema, t, i, SEQ_IN_INDEX';

/** By the names that the statement gives the tables. */
export async function readFacts(
  connection: MySqlConnection,
  tables: ReadonlyMap<string, TableName>,
  database: string,
): Promise<ReadonlyMap<string, TableFacts>> {
  if (tables.size === 0) return new Map();
  const wanted = [...tables.values()].map(({ schema = database, name }) => [schema, name]);
  const those = `(TABLE_SCHEMA, TABLE_NAME) IN (${wanted.map(() => '(?, ?)').join(', ')})`;
  const read = (sql: string, order = '') => rowsOf(connection, `${sql} ${those} ${order}`, wanted.flat());
  const sizes = await read(SIZES);
  const columns = await read(COLUMNS);
  const indexes = await read(INDEXES, ORDER);
  const facts = new Map<string, TableFacts>();
  for (const [alias, { schema = database, name }] of tables) {
    const own = ({ query_timing_schema, t }: Row) => isSame(query_timing_schema, schema) && isSame(t, name);
    const size = sizes.find(own);
    if (size === undefined) continue;
    facts.set(alias, {
      qualified: [...(schema === database ? [] : [schema]), name].map(quoted).join('.'),
      rowBytes: Number(size['bytes'] ?? 0),
      types: new Map(columns.filter(own).map(({ c, y }) => [String(c), String(y).toLowerCase()])),
      indexes: indexesOf(indexes.filter(own)),
    });
  }
  return facts;
}

type Row = Readonly<Record<string, unknown>>;

/** Some servers have table names in lower case only. */
const isSame = (found: unknown, wanted: string) => String(found).toLowerCase() === wanted.toLowerCase();

function indexesOf(rows: readonly Row[]): IndexFacts[] {
  const columns = new Map<string, string[]>();
  for (const { i, c, y } of rows) {
    if (y !== 'BTREE') continue;
    const known = columns.get(String(i)) ?? [];
    // A column that is an expression has no name.
    known.push(typeof c === 'string' ? c : '');
    columns.set(String(i), known);
  }
  return [...columns].map(([name, names]) => ({ name, columns: names }));
}

/** A name as SQL needs it. */
export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/i.test(name) && !RESERVED.has(name.toLowerCase()) ? name : `\`${name.replaceAll('`', '``')}\``;

/** Whether a backslash escapes the next character in `'…'` and in `"…"`. */
export interface BackslashRules {
  readonly single: boolean;
  readonly double: boolean;
}

/** The lexical rules that differ between databases and decide where a literal ends. */
export interface SqlDialect {
  /** The usual rules first. Settings of the session decide, so a text with a backslash is read by all of them. */
  readonly backslashes: readonly [BackslashRules, ...BackslashRules[]];
  /** `"text"` is a string, as in MySQL; or a name, as in PostgreSQL; or either, as in SQLite. */
  readonly doubleQuotes: 'string' | 'name' | 'ambiguous';
  /** `'''text'''` and `"""text"""`, as in Spanner. */
  readonly tripleQuotes: boolean;
  /** Block comments nest. */
  readonly nestedComments: boolean;
  /** PostgreSQL's `$tag$…$tag$`, `E'…'` and strings continued on the next line. */
  readonly postgresStrings: boolean;
  /** `#` starts a comment. */
  readonly hashComments: boolean;
  /** `--` starts a comment only before white space, and MySQL runs the text in `/*!` comments. */
  readonly mysqlComments: boolean;
  /** `` `name` `` is an identifier. Elsewhere a backtick is an operator, or an error. */
  readonly backtickIdentifiers: boolean;
  /** `[name]` is an identifier, as in SQL Server and SQLite. */
  readonly bracketIdentifiers: boolean;
  /** Oracle's `q'[it's]'`. */
  readonly alternativeQuotes: boolean;
  /** Characters that start a placeholder: `$1`, `:name`, `@p1`, `?1`. A bare `?` is one everywhere. */
  readonly placeholders: string;
  /** TypeORM writes numbers into the statement instead of sending them as parameters. */
  readonly inlinesNumbers: boolean;
  /** `EXECUTE name` runs a stored procedure, not a prepared statement. A word among its arguments is a text. */
  readonly executesProcedures: boolean;
}

const NONE: BackslashRules = { single: false, double: false };
const BOTH: BackslashRules = { single: true, double: true };
const SINGLE: BackslashRules = { single: true, double: false };

/** The safe reading where the database is unknown. */
const ansi: SqlDialect = {
  backslashes: [NONE, BOTH],
  doubleQuotes: 'ambiguous',
  tripleQuotes: false,
  nestedComments: false,
  postgresStrings: false,
  hashComments: false,
  mysqlComments: false,
  backtickIdentifiers: true,
  bracketIdentifiers: false,
  alternativeQuotes: false,
  placeholders: '',
  inlinesNumbers: false,
  executesProcedures: false,
};

const postgres: SqlDialect = {
  ...ansi,
  backslashes: [NONE, SINGLE], // standard_conforming_strings
  doubleQuotes: 'name',
  nestedComments: true,
  postgresStrings: true,
  backtickIdentifiers: false,
  placeholders: '$',
};
const mysql: SqlDialect = {
  ...ansi,
  backslashes: [BOTH, NONE, SINGLE], // NO_BACKSLASH_ESCAPES, ANSI_QUOTES
  doubleQuotes: 'string',
  hashComments: true,
  mysqlComments: true,
};
const sqlite: SqlDialect = {
  ...ansi,
  backslashes: [NONE],
  bracketIdentifiers: true,
  placeholders: '$:@?',
  inlinesNumbers: true,
};
const sqlServer: SqlDialect = {
  ...ansi,
  backslashes: [NONE],
  nestedComments: true,
  backtickIdentifiers: false,
  bracketIdentifiers: true,
  placeholders: '@',
  executesProcedures: true,
};
const oracle: SqlDialect = {
  ...ansi,
  backslashes: [NONE],
  doubleQuotes: 'name',
  backtickIdentifiers: false,
  alternativeQuotes: true,
  placeholders: ':',
  executesProcedures: true,
};
const spanner: SqlDialect = {
  ...ansi,
  backslashes: [BOTH],
  doubleQuotes: 'string',
  tripleQuotes: true,
  hashComments: true,
  placeholders: '@',
};

const byDriverType: Readonly<Record<string, SqlDialect>> = {
  postgres,
  cockroachdb: postgres,
  'aurora-postgres': postgres,
  mysql,
  mariadb: mysql,
  'aurora-mysql': mysql,
  sqlite,
  'better-sqlite3': sqlite,
  sqljs: sqlite,
  cordova: sqlite,
  expo: sqlite,
  'react-native': sqlite,
  nativescript: sqlite,
  capacitor: sqlite,
  mssql: sqlServer,
  oracle,
  spanner,
};

/** The dialect of a TypeORM driver type (`dataSource.options.type`); the safest rules for an unknown one. */
export function dialectOf(driverType: string): SqlDialect {
  return byDriverType[driverType] ?? ansi;
}

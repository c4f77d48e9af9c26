/** The lexical rules that differ between databases and decide where a literal ends. */
export interface SqlDialect {
  /** `'it\'s'` is one string, as in MySQL. */
  readonly backslashEscapes: boolean;
  /** `"text"` is a string, as in MySQL; elsewhere it is an identifier. */
  readonly doubleQuotedStrings: boolean;
  /** Block comments nest. */
  readonly nestedComments: boolean;
  /** PostgreSQL's `$tag$…$tag$`, `E'…'` and strings continued on the next line. */
  readonly postgresStrings: boolean;
  /** `#` starts a comment, and `--` does so only before white space. */
  readonly mysqlComments: boolean;
  /** `[name]` is an identifier, as in SQL Server and SQLite. */
  readonly bracketIdentifiers: boolean;
  /** Oracle's `q'[it's]'`. */
  readonly alternativeQuotes: boolean;
}

const ansi: SqlDialect = {
  backslashEscapes: false,
  doubleQuotedStrings: false,
  nestedComments: false,
  postgresStrings: false,
  mysqlComments: false,
  bracketIdentifiers: false,
  alternativeQuotes: false,
};

const postgres: SqlDialect = { ...ansi, nestedComments: true, postgresStrings: true };
const mysql: SqlDialect = { ...ansi, backslashEscapes: true, doubleQuotedStrings: true, mysqlComments: true };
const sqlite: SqlDialect = { ...ansi, bracketIdentifiers: true };
const sqlServer: SqlDialect = { ...ansi, nestedComments: true, bracketIdentifiers: true };
const oracle: SqlDialect = { ...ansi, alternativeQuotes: true };

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
};

/** The dialect of a TypeORM driver type (`dataSource.options.type`); ANSI rules for an unknown one. */
export function dialectOf(driverType: string): SqlDialect {
  return byDriverType[driverType] ?? ansi;
}

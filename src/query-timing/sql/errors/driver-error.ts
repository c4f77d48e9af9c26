/** What drivers put on their errors, unchecked. */
export interface DriverError {
  /** pg: the SQLSTATE; mysql2: the name or the number; the operating system: its code. */
  readonly code?: unknown;
  /** mysql2: the error number; the operating system: a negative number. */
  readonly errno?: unknown;
  /** mysql2. */
  readonly sqlState?: unknown;
  /** mssql: the error number. */
  readonly number?: unknown;
  /** oracledb: the error number. */
  readonly errorNum?: unknown;
  /** The operating system: what it was called for, such as `connect`. */
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
  /** pg: translated by the server. */
  readonly severity?: unknown;
  /** pg: the server's function that failed. */
  readonly routine?: unknown;
  /** pg: the name of the violated constraint. */
  readonly constraint?: unknown;
}

/** The driver's own error: TypeORM keeps it in `driverError`. Undefined for what is not an object. */
export function driverErrorOf(error: unknown): DriverError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { driverError } = error as { readonly driverError?: unknown };
  return typeof driverError === 'object' && driverError !== null ? driverError : error;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

export function sqlStateOf({ code, sqlState, syscall }: DriverError): string | undefined {
  if (typeof sqlState === 'string' && SQLSTATE.test(sqlState)) return sqlState;
  return typeof code === 'string' && SQLSTATE.test(code) && syscall === undefined && code !== 'EPIPE'
    ? code
    : undefined;
}

/** The error number of a MySQL or MariaDB server. For a number that mysql2 does not know, `code` is the number too. */
export function mysqlErrno({ errno, code }: DriverError): number | undefined {
  const number = typeof errno === 'number' ? errno : code;
  return typeof number === 'number' && number > 0 ? number : undefined;
}

import { driverErrorOf, mysqlErrno, sqlStateOf, textOf } from './errors/driver-error';

/**
 * The code that identifies an error in the documentation of its database: the SQLSTATE of PostgreSQL, the number of MySQL,
 * MariaDB and SQL Server, `ORA-…`, `SQLITE_…`. Undefined if the error is not the database's. Never throws.
 */
export function responseStatusOf(error: unknown): string | undefined {
  try {
    const driverError = driverErrorOf(error);
    if (driverError === undefined) return undefined;
    const { number, errorNum } = driverError;
    const code = textOf(driverError.code);
    if (/^SQLITE_[A-Z_]{1,40}$/.test(code)) return code;
    if (typeof number === 'number') return String(number);
    if (typeof errorNum === 'number') return `ORA-${String(errorNum).padStart(5, '0')}`;
    return mysqlErrno(driverError)?.toString() ?? sqlStateOf(driverError);
  } catch {
    return undefined;
  }
}

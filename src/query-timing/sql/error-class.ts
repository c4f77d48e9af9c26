import { ERROR_CLASSES, type ErrorClass } from './errors/classes';
import { hasConnectionCode, hasConnectionMessage } from './errors/connection';
import { driverErrorOf, mysqlErrno, sqlStateOf, textOf, type DriverError } from './errors/driver-error';
import { endsMysqlTransaction, mysqlClass } from './errors/mysql';
import { closesConnection, postgresClass } from './errors/postgres';
import { oracleClass, sqlServerClass } from './errors/sql-server-and-oracle';
import { sqliteClass } from './errors/sqlite';

export { ERROR_CLASSES, type ErrorClass };

const TIMEOUT_CODES = new Set(['PROTOCOL_SEQUENCE_TIMEOUT', 'ETIMEOUT']);

/**
 * Classifies a database error by its error number, its code and its message, in this order. Accepts TypeORM's
 * `QueryFailedError` as well as the driver's own error. Unknown errors are `other`. Never throws.
 *
 * @example
 * ```ts
 * import { errorClassOf } from 'nestjs-query-timing/core';
 * import type { DataSource } from 'typeorm';
 *
 * async function insertOnce(dataSource: DataSource, email: string): Promise<boolean> {
 *   try {
 *     await dataSource.query('INSERT INTO users (email) VALUES ($1)', [email]);
 *     return true;
 *   } catch (error) {
 *     if (errorClassOf(error) === 'unique') return false;
 *     throw error;
 *   }
 * }
 * ```
 */
export function errorClassOf(error: unknown): ErrorClass {
  try {
    const driverError = driverErrorOf(error);
    return driverError === undefined ? 'other' : classify(driverError);
  } catch {
    return 'other';
  }
}

/**
 * Whether the error has also ended the transaction: a lost connection takes it along, and MySQL and MariaDB roll back the
 * whole transaction of a deadlock victim, MariaDB also that of a row changed since the snapshot. Never throws.
 */
export function endsTransaction(error: unknown): boolean {
  try {
    const driverError = driverErrorOf(error);
    if (driverError === undefined) return false;
    const state = sqlStateOf(driverError);
    if (state !== undefined && closesConnection(state, driverError)) return true;
    if (endsMysqlTransaction(mysqlErrno(driverError))) return true;
    return classify(driverError) === 'connection' && driverError.severity !== 'ERROR';
  } catch {
    return false;
  }
}

function classify(error: DriverError): ErrorClass {
  const { number, errorNum, name } = error;
  const code = textOf(error.code);
  const message = textOf(error.message);
  if (TIMEOUT_CODES.has(code)) return name === 'ConnectionError' ? 'connection' : 'timeout';
  if (hasConnectionCode(error)) return 'connection';
  if (code.startsWith('SQLITE_')) return sqliteClass(code, message) ?? 'other';
  const errno = mysqlErrno(error);
  const state = sqlStateOf(error);
  if (errno !== undefined) return mysqlClass(errno, state);
  if (state !== undefined) return postgresClass(state, error);
  if (typeof number === 'number') return sqlServerClass(number);
  if (typeof errorNum === 'number') return oracleClass(errorNum);
  return messageClass(message);
}

/** Clients, and sql.js, have nothing else. */
function messageClass(message: string): ErrorClass {
  if (/read timeout/i.test(message)) return 'timeout';
  if (hasConnectionMessage(message)) return 'connection';
  return sqliteClass('', message) ?? 'other';
}

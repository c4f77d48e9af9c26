/** Every value of the label `error_class`, in the order of the exposition. */
export const ERROR_CLASSES = [
  'timeout',
  'cancelled',
  'lock_timeout',
  'deadlock',
  'serialization',
  'unique',
  'constraint',
  'connection',
  'syntax',
  'other',
] as const;

export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** Individual SQLSTATEs; {@link bySqlStateClass} classifies the rest. */
const bySqlState: Readonly<Record<string, ErrorClass>> = {
  '55P03': 'lock_timeout',
  '40P01': 'deadlock',
  '40001': 'serialization',
  '23505': 'unique',
  '25P04': 'timeout', // transaction_timeout, PostgreSQL 17
  '25P03': 'connection', // idle_in_transaction_session_timeout ends the session
};

/** By the first two characters of the SQLSTATE. */
const bySqlStateClass: Readonly<Record<string, ErrorClass>> = {
  '08': 'connection',
  '23': 'constraint',
  '42': 'syntax',
  '57': 'connection', // shutdown, crash, terminated by an administrator
};

/** The one deadlock after which the server has rolled back the whole transaction. */
const MYSQL_DEADLOCK = 1213;

/** Error numbers of MySQL and MariaDB, whose SQLSTATEs are too coarse (HY000 for most). */
const byErrno: Readonly<Record<number, ErrorClass>> = {
  1969: 'timeout', // MariaDB max_statement_time
  3024: 'timeout', // MySQL max_execution_time
  1317: 'cancelled', // KILL QUERY
  1205: 'lock_timeout',
  3572: 'lock_timeout', // NOWAIT
  [MYSQL_DEADLOCK]: 'deadlock',
  1062: 'unique',
  1586: 'unique',
  1022: 'unique',
  1048: 'constraint', // not null
  1364: 'constraint',
  1216: 'constraint', // foreign keys
  1217: 'constraint',
  1451: 'constraint',
  1452: 'constraint',
  3819: 'constraint', // check
  4025: 'constraint', // check, MariaDB
  1064: 'syntax',
  1054: 'syntax', // unknown column
  1146: 'syntax', // no such table
  1149: 'syntax',
  1305: 'syntax', // no such function
  1040: 'connection',
  1053: 'connection', // server shutdown
  1152: 'connection',
  1927: 'connection', // connection killed
  2006: 'connection',
  2013: 'connection',
};

const CONNECTION_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'PROTOCOL_ENQUEUE_AFTER_DESTROY',
  'ER_CLIENT_INTERACTION_TIMEOUT',
]);

const CONNECTION_MESSAGE =
  /connection (?:terminated|ended|was closed|is closed|lost)|closed state|not queryable|client (?:was closed|has encountered)/i;

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
  readonly driverError?: unknown;
}

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
    return classify(error);
  } catch {
    return 'other';
  }
}

/**
 * Whether the error has also ended the transaction: a lost connection takes it along, and MySQL and MariaDB roll back the
 * whole transaction of a deadlock victim.
 */
export function endsTransaction(error: unknown): boolean {
  return (error as { errno?: unknown } | undefined)?.errno === MYSQL_DEADLOCK || errorClassOf(error) === 'connection';
}

function classify(error: unknown): ErrorClass {
  if (typeof error !== 'object' || error === null) return 'other';
  const outer = error as DriverError;
  const { code, errno, message } = (
    typeof outer.driverError === 'object' && outer.driverError !== null ? outer.driverError : outer
  ) as DriverError;
  const text = typeof message === 'string' ? message : '';
  if (typeof errno === 'number' && byErrno[errno]) return byErrno[errno];
  if (typeof code === 'string') {
    if (code === 'PROTOCOL_SEQUENCE_TIMEOUT') return 'timeout';
    if (CONNECTION_CODES.has(code)) return 'connection';
    if (code.startsWith('SQLITE_')) return sqliteClass(code, text);
    if (/^[0-9A-Z]{5}$/.test(code)) return sqlStateClass(code, text);
  }
  if (/read timeout/i.test(text)) return 'timeout';
  if (CONNECTION_MESSAGE.test(text)) return 'connection';
  return sqliteClass('', text);
}

function sqlStateClass(state: string, message: string): ErrorClass {
  if (state === '57014') return timeoutOrCancel(message);
  return bySqlState[state] ?? bySqlStateClass[state.slice(0, 2)] ?? 'other';
}

/** PostgreSQL uses 57014 for both; lock_timeout has its own code. */
function timeoutOrCancel(message: string): ErrorClass {
  return /user request/i.test(message) ? 'cancelled' : 'timeout';
}

/** better-sqlite3 has extended codes, sql.js only a message. */
function sqliteClass(code: string, message: string): ErrorClass {
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return 'unique';
  if (/^UNIQUE constraint failed/.test(message)) return 'unique';
  if (code.startsWith('SQLITE_CONSTRAINT') || /^[A-Z ]+ constraint failed/.test(message)) return 'constraint';
  if (
    code.startsWith('SQLITE_BUSY') ||
    code.startsWith('SQLITE_LOCKED') ||
    /database (?:table )?is locked/.test(message)
  ) {
    return 'lock_timeout';
  }
  if (code === 'SQLITE_INTERRUPT') return 'cancelled';
  if (/syntax error|no such (?:table|column|function)/.test(message)) return 'syntax';
  return 'other';
}

import { errorClassOf } from './error-class';
import { driverErrorOf, mysqlErrno, sqlStateOf, textOf, type DriverError } from './errors/driver-error';

/** What identifies an error, without any value of the statement. */
export interface ErrorDetails {
  /** Five characters, such as `23505`. */
  readonly sqlState?: string;
  /** The number of MySQL, MariaDB, SQL Server or Oracle, such as 1062. */
  readonly errno?: number;
  /** The violated constraint or unique index; on SQLite the columns. At most 128 characters. */
  readonly constraint?: string;
}

const MAX_CONSTRAINT_LENGTH = 128;

/** The name in the message of a server that has no field for it. Values precede or follow the name, never contain it. */
const NAME_IN_MESSAGE: readonly RegExp[] = [
  /^Duplicate entry .* for key '([^']+)'$/s, // MySQL and MariaDB
  /\(`[^`]+`\.`[^`]+`, CONSTRAINT `([^`]+)` /, // foreign keys
  /^CONSTRAINT `([^`]+)` failed for /, // checks, MariaDB
  /^Check constraint '([^']+)' is violated/, // MySQL
  /^Violation of [A-Z ]+ constraint '([^']+)'/, // SQL Server
  /^Cannot insert duplicate key row in object '[^']+' with unique index '([^']+)'/,
  /^The [A-Z]+ statement conflicted with the [A-Z ]+ constraint "([^"]+)"/,
  /^ORA-\d+: [a-z ]+ \(([\w$#.]+)\) violated/, // Oracle
  /^(?:SQLITE_CONSTRAINT: )?UNIQUE constraint failed: ([\w$.]+(?:, [\w$.]+)*)$/, // SQLite
];

/**
 * The SQLSTATE, number and constraint of a database error, as far as the driver delivers them: identifiers only, never the
 * values that a message may contain. Never throws.
 *
 * @example
 * ```ts
 * import { errorDetailsOf } from 'nestjs-query-timing/core';
 *
 * export function isDuplicateEmail(error: unknown): boolean {
 *   return errorDetailsOf(error).constraint === 'users_email_key';
 * }
 * ```
 */
export function errorDetailsOf(error: unknown): ErrorDetails {
  try {
    const driverError = driverErrorOf(error);
    if (driverError === undefined) return {};
    const sqlState = sqlStateOf(driverError);
    const errno = numberOf(driverError);
    const constraint = constraintOf(driverError);
    return {
      ...(sqlState !== undefined && { sqlState }),
      ...(errno !== undefined && { errno }),
      ...(constraint !== undefined && { constraint }),
    };
  } catch {
    return {};
  }
}

function numberOf(error: DriverError): number | undefined {
  const { number, errorNum } = error;
  if (typeof number === 'number') return number;
  if (typeof errorNum === 'number') return errorNum;
  return textOf(error.code).startsWith('SQLITE_') ? undefined : mysqlErrno(error);
}

function constraintOf(error: DriverError): string | undefined {
  const errorClass = errorClassOf(error);
  if (errorClass !== 'unique' && errorClass !== 'constraint') return undefined;
  const name = textOf(error.constraint) || nameInMessage(textOf(error.message));
  return name ? name.slice(0, MAX_CONSTRAINT_LENGTH) : undefined;
}

function nameInMessage(message: string): string | undefined {
  for (const pattern of NAME_IN_MESSAGE) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

import { errorClassOf, type ErrorClass } from './error-class';

/** Every value of the label `reason`, in the order of the exposition. */
export const ACQUISITION_FAILURE_REASONS = ['timeout', 'refused', 'queue_full', 'other'] as const;

/**
 * Why a request for a connection failed: `timeout`, no connection in time; `refused`, the server or the network did not
 * accept it; `queue_full`, too many requests were waiting; `other`, for example a pool that is closed.
 */
export type AcquisitionFailureReason = (typeof ACQUISITION_FAILURE_REASONS)[number];

export interface AcquisitionFailure {
  readonly reason: AcquisitionFailureReason;
  readonly errorClass: ErrorClass;
}

interface ConnectError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
  readonly severity?: unknown;
  readonly fatal?: unknown;
}

/** Of pg-pool, pg, mysql2, PgBouncer, tarn (SQL Server) and oracledb. */
const TIMEOUT = /timed out|time-?out|NJS-040/i;
const TIMEOUT_CODES = new Set<unknown>(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ETIMEOUT', 'PROTOCOL_SEQUENCE_TIMEOUT']);
const QUEUE_FULL = /queue limit reached|no connections available|queue is full|NJS-076/i;

/** Classes of SQLSTATEs with which PostgreSQL refuses a connection: log-in, no such database, too many, starting up. */
const REFUSED_SQLSTATE = /^(?:08|28|3D|53|57P)/;

/** Of MySQL and MariaDB, where a refused connection need not be marked as fatal. */
const REFUSED_ERRNOS = new Set<unknown>([
  1040, // too many connections
  1043, // bad handshake
  1044, // no access to the database
  1045, // access denied
  1049, // no such database
  1129, // host is blocked
  1130, // host is not allowed
  1203, // too many connections of the user
  1226, // limit of the user
  1251, // authentication is not supported
  1698, // access denied, without a password
]);

/** Classifies the error of a request for a connection. Never throws. */
export function acquisitionFailureOf(error: unknown): AcquisitionFailure {
  try {
    const reason = reasonOf(error);
    return { reason, errorClass: classFor(reason, error) };
  } catch {
    return { reason: 'other', errorClass: 'other' };
  }
}

function reasonOf(error: unknown): AcquisitionFailureReason {
  if (typeof error !== 'object' || error === null) return 'other';
  const { code, errno, message, name, severity, fatal } = error as ConnectError;
  const text = typeof message === 'string' ? message : '';
  if (QUEUE_FULL.test(text)) return 'queue_full';
  if (TIMEOUT_CODES.has(code) || TIMEOUT.test(text) || name === 'TimeoutError') return 'timeout';
  if (isOfSeveralAddresses(error) || code === 'POOL_NONEONLINE' || severity === 'FATAL') return 'refused';
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && REFUSED_SQLSTATE.test(code)) return 'refused';
  if (REFUSED_ERRNOS.has(errno) || fatal === true) return 'refused';
  return errorClassOf(error) === 'connection' ? 'refused' : 'other';
}

/** A name with several addresses, none of which could be reached. */
const isOfSeveralAddresses = (error: object): boolean =>
  error instanceof AggregateError && typeof (error as ConnectError).code === 'string';

function classFor(reason: AcquisitionFailureReason, error: unknown): ErrorClass {
  if (reason === 'timeout') return 'timeout';
  const errorClass = errorClassOf(error);
  // Of a refused connection, `syntax` is a database that does not exist.
  return reason !== 'other' && (errorClass === 'other' || errorClass === 'syntax') ? 'connection' : errorClass;
}

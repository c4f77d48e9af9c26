import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import {
  DeadlineExceededError,
  OverloadedError,
  PortError,
  ServiceUnavailableError,
  UnstorableValueError,
} from '../../application/shared/port-errors';
import { errorClassOf } from '../../query-timing/index';
import { conflicts, type RetryReason } from '../observability/transaction-metrics';
import { isFailureToConnect, PoolQueueFullError } from './guarded-pool';

/** SQLSTATEs of values that no column accepts: out of range, not in the encoding, malformed, too deep, too long, missing. */
const unstorable = new Set(['22021', '22003', '22P02', '22P05', '22001', '22007', '22008', '23502', '54000', '54001']);

/** SQLSTATEs of a server that is connected and refuses: overloaded (53…), or read-only after a failover (25006). */
const refusing = /^(?:53|25006)/;

/** SQLSTATEs of `idle_in_transaction_session_timeout` and `transaction_timeout`. */
const transactionLimits = new Set(['25P03', '25P04']);

/** PgBouncer's message when all its server connections are in use: the statement was not sent to PostgreSQL. */
const POOLER_IS_FULL = 'query_wait_timeout';

/** What the operating system is called for by a connection. */
const OF_CONNECTIONS = new Set(['connect', 'read', 'write', 'shutdown', 'getaddrinfo', 'socket', 'bind']);

/** Errors of pg's pool, which have no code. */
const poolMessage = /timeout exceeded|cannot use a pool after/i;

/** The connection that the pool had kept for a transaction was lost before it began. Its cause is the driver's error. */
export class LostBeforeBeginError extends Error {
  override readonly name = 'LostBeforeBeginError';
}

/** Why the transaction can be retried, if it can. */
export function retryReasonOf(error: unknown): RetryReason | undefined {
  if (error instanceof LostBeforeBeginError) return 'connection';
  const errorClass = errorClassOf(error);
  return conflicts.find((reason) => reason === errorClass);
}

/** Whether a connection was lost that the pool had, in contrast to one that it could not open. */
export function isLostConnection(error: unknown): boolean {
  if (isFailureToConnect(error) || error instanceof PoolQueueFullError || isPoolError(error)) return false;
  return isReleased(error) || errorClassOf(error) === 'connection';
}

/** Whether `error` is the violation of this unique constraint, and of no other. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return errorClassOf(error) === 'unique' && violatedConstraint(error) === constraint;
}

/** The name of the unique, foreign key, check or exclusion constraint that a statement has violated. */
export function violatedConstraint(error: unknown): string | undefined {
  const errorClass = errorClassOf(error);
  if (errorClass !== 'unique' && errorClass !== 'constraint') return undefined;
  const { constraint } = driverErrorOf(error) as { constraint?: unknown };
  return typeof constraint === 'string' ? constraint : undefined;
}

/**
 * Translates a driver's error for the rest of the service: into a {@link PortError}, or the error itself if it is a bug. The
 * query-timing library classifies SQLSTATEs and messages; what is added here matters only to this service.
 */
export function toPortError(error: unknown): unknown {
  if (error instanceof PortError) return error;
  if (error instanceof LostBeforeBeginError) return toPortError(error.cause);
  const options = { cause: error };
  if (error instanceof PoolQueueFullError) return new OverloadedError('The database is overloaded.', 1, options);
  // Whatever its class: a changed password is an error of permissions, and a renamed database one of names.
  if (isFailureToConnect(error) && !isPoolError(error)) {
    return new ServiceUnavailableError('The database is unreachable.', 2, options);
  }
  if (isOfFiles(error)) return error;
  const code = codeOf(error);
  if (transactionLimits.has(code)) return new DeadlineExceededError('The transaction took too long.', options);
  if (messageOf(error) === POOLER_IS_FULL) {
    return new ServiceUnavailableError('PgBouncer had no server connection in time.', 1, options);
  }
  switch (errorClassOf(error)) {
    case 'serialization':
    case 'deadlock':
      return new ServiceUnavailableError('Too much contention on the same rows.', 1, options);
    case 'timeout':
    case 'cancelled':
      return new DeadlineExceededError('Statement timeout exceeded.', options);
    case 'lock_timeout':
      return new ServiceUnavailableError('Lock timeout exceeded.', 1, options);
    case 'connection':
      return new ServiceUnavailableError('The database is unreachable.', 2, options);
    case 'prepared_statement':
      return new ServiceUnavailableError('The statement has to be prepared again.', 1, options);
    case 'unique':
    case 'constraint':
    case 'data':
    case 'permission':
    case 'transaction_aborted':
    case 'syntax':
    case 'other':
      break;
  }
  if (unstorable.has(code)) return new UnstorableValueError('The database cannot store a value.', options);
  if (refusing.test(code) || hasNoConnection(error)) {
    return new ServiceUnavailableError('The database is unavailable.', 2, options);
  }
  return error;
}

/**
 * What the server ends between two statements reaches no statement: the next one only fails because TypeORM has released the
 * connection. The reason is logged when the connection ends, and is not repeated here.
 * @param reason the error of the connection
 */
export function endedBetweenStatements(reason: Error): PortError {
  return transactionLimits.has(codeOf(reason))
    ? new DeadlineExceededError('The transaction was idle for too long, and the server ended its session.')
    : new ServiceUnavailableError('The server ended the session of the transaction.', 2);
}

/** Whether the operating system has failed at something else than a connection, as at opening a file. */
function isOfFiles(error: unknown): boolean {
  const { syscall } = Object(error) as { syscall?: unknown };
  return typeof syscall === 'string' && !OF_CONNECTIONS.has(syscall);
}

/** Whether TypeORM has released the connection that a statement was meant for. */
export function isReleased(error: unknown): boolean {
  return error instanceof QueryRunnerAlreadyReleasedError || error instanceof QueryRunnerProviderAlreadyReleasedError;
}

/** Whether pg stopped waiting for the response to a statement, which may or may not have been executed. */
export function isGivenUp(error: unknown): boolean {
  return messageOf(error) === 'Query read timeout';
}

function hasNoConnection(error: unknown): boolean {
  return isReleased(error) || isPoolError(error);
}

function isPoolError(error: unknown): boolean {
  return poolMessage.test(messageOf(error));
}

function messageOf(error: unknown): string {
  const message = (driverErrorOf(error) as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : '';
}

function driverErrorOf(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

function codeOf(error: unknown): string {
  const code = (driverErrorOf(error) as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { DeadlineExceeded, Fault, ServiceUnavailable, UnstorableValue } from '../../application/shared/faults';
import { PoolQueueFull } from './guarded-pool';

/** Why PostgreSQL gave a transaction up that may well succeed when it is tried again, by SQLSTATE. */
const conflicts: Readonly<Record<string, 'serialization' | 'deadlock'>> = {
  '40001': 'serialization',
  '40P01': 'deadlock',
};

/** SQLSTATEs of values that no column takes: out of range, not in the encoding, of another shape, too deep, too long. */
const unstorable = new Set(['22021', '22003', '22P02', '22P05', '22001', '22007', '22008', '23502', '54000', '54001']);

/** The server is overloaded (53…), going away (57P0…), gone (08…), or read-only after a fail-over (25006). */
const unavailable = /^(?:53|57P0|08|25006)/;
const lostConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const lostConnectionMessage = /connection terminated|timeout exceeded|not queryable|cannot use a pool after/i;

/** Whether the transaction may be tried again, and why it failed: a conflict with another one, no fault of its own. */
export function conflictOf(error: unknown): 'serialization' | 'deadlock' | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : conflicts[code];
}

/** Whether `error` is the violation of this unique constraint, and of no other. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  const driverError = driverErrorOf(error);
  return codeOf(error) === '23505' && (driverError as { constraint?: unknown }).constraint === constraint;
}

/**
 * What the rest of the house knows of a driver's error: a {@link Fault}, or the error itself when it is a bug of ours.
 * By code first, then by message, as pg has no codes for what happens in the client.
 */
export function toFault(error: unknown): unknown {
  if (error instanceof Fault) return error;
  const code = codeOf(error) ?? '';
  const options = { cause: error };
  if (error instanceof PoolQueueFull) return new ServiceUnavailable('The database is overloaded.', 1, options);
  if (conflictOf(error)) return new ServiceUnavailable('Too many others change the same rows.', 1, options);
  if (code === '57014' || isGivenUp(error))
    return new DeadlineExceeded('A statement took longer than it may.', options);
  if (code === '55P03') return new ServiceUnavailable('A row stayed locked for longer than it may.', 1, options);
  if (unstorable.has(code)) return new UnstorableValue('The database cannot store a value.', options);
  if (unavailable.test(code) || lostConnection.has(code) || isLostConnection(error)) {
    return new ServiceUnavailable('The database cannot be reached.', 2, options);
  }
  return error;
}

/** Whether pg gave up waiting for the answer to a statement, which may or may not have been done. */
export function isGivenUp(error: unknown): boolean {
  return messageOf(error) === 'Query read timeout';
}

function isLostConnection(error: unknown): boolean {
  return (
    // TypeORM lets go of a connection that broke, and answers whoever goes on with one of these.
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError ||
    lostConnectionMessage.test(messageOf(error))
  );
}

function messageOf(error: unknown): string {
  const message = (driverErrorOf(error) as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : '';
}

function driverErrorOf(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

function codeOf(error: unknown): string | undefined {
  const code = (driverErrorOf(error) as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

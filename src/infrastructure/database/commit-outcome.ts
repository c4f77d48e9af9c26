import { QueryFailedError } from 'typeorm';

/**
 * SQLSTATEs after which the session ends or the server itself does not know: the commit may have come first. The idle
 * limits (25P03, 25P04) are not among them: they only end a session that has not begun to commit.
 */
const mayFollowCommit = /^(?:08...|40003|57P0.)$/;

/** Errors of pg for a statement that it has not sent. */
const notSent = /not queryable|client was closed/i;

/**
 * Whether a commit that failed was certainly refused. A lost response leaves open whether the transaction was committed.
 * @param error what the COMMIT failed with
 */
export function wasRefused(error: unknown): boolean {
  // Everything else was thrown before the statement: TypeORM had released the connection, or a subscriber failed.
  if (!(error instanceof QueryFailedError)) return true;
  const { severity, code, message } = error.driverError as { severity?: unknown; code?: unknown; message?: unknown };
  // Only an error of the server has a severity, in the language of the server.
  return severity === undefined ? notSent.test(String(message)) : !mayFollowCommit.test(String(code));
}

/** Whether it is the error of a COMMIT that may have succeeded. */
export function isLostCommit(error: unknown): boolean {
  return error instanceof QueryFailedError && error.query === 'COMMIT' && !wasRefused(error);
}

/**
 * The embedded server cannot be used as requested. The message is written for the person at the terminal and complete on its
 * own: what happened, and what to do about it. It may end with the last lines of the server's log.
 */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** A migration has not run, or could not be looked up. The message is one line for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

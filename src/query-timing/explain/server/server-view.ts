import type { ServerStatements } from '../../model/server-statements';

/** A statement of a server, of all its clients or of one role. What it does not count is undefined. */
export interface ServerEntry {
  readonly query: string;
  readonly calls: number;
  readonly rows: number;
  readonly rowsExamined?: number | undefined;
  readonly seconds: number;
  readonly planningSeconds?: number | undefined;
  readonly plans?: number | undefined;
  readonly blocksHit?: number | undefined;
  readonly blocksRead?: number | undefined;
  readonly walBytes?: number | undefined;
  /** The server has kept the beginning of its text. */
  readonly cut?: boolean;
}

/** What a server says about the statements on one database. */
export interface ServerView<Entry extends ServerEntry = ServerEntry> {
  readonly source: NonNullable<ServerStatements['source']>;
  readonly since: string | undefined;
  readonly entries: readonly Entry[];
  /** Of all statements on this database, also of those that are not among the entries. */
  readonly seconds: number;
  /** Equal for texts that are the same statement, here or there. */
  readonly keyOf: (statement: string) => string;
  /** Why its figures differ. @param matched the entries of each statement of this process that has some */
  notesOf(matched: readonly (readonly Entry[])[]): readonly string[];
}

/** There are no figures; the message says why. */
export class NoServerFiguresError extends Error {
  override readonly name = 'NoServerFiguresError';
}

/** What this library asks for itself has a name with it. */
export const OWN = /query_timing_|hypopg_/;
/** How long a server may take, in milliseconds. */
export const TIMEOUT_MS = 5000;
/** By their time. */
export const MAX_ENTRIES = 5000;

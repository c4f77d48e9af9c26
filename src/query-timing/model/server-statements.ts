/** The statements of this process beside what the database server says about them. */
export interface ServerStatements {
  /** Where the server's figures are from; undefined if there are none, and {@link reason} says why. */
  readonly source: 'pg_stat_statements' | 'events_statements_summary_by_digest' | undefined;
  readonly reason: string | undefined;
  /** Since when the server counts, as in `2026-01-31T12:00:00.000Z`, if it says so. */
  readonly since: string | undefined;
  /** The statements of this process by total time, each with its figures on the server; at most 50. */
  readonly statements: readonly ServerStatement[];
  /** What others run on the same database, by total time: other roles, other processes, migrations. At most ten. */
  readonly others: readonly ServerFigures[];
  /** Why figures differ, one sentence each. */
  readonly notes: readonly string[];
}

/** A statement as this process and as the server see it. */
export interface ServerStatement {
  readonly fingerprint: string;
  /** Normalised. */
  readonly statement: string;
  /** In this process. */
  readonly calls: number;
  readonly meanMs: number;
  /** Of the time of all data statements of this process, from 0 to 1. */
  readonly share: number;
  /** Undefined if the server has no statement with this text. */
  readonly server: ServerFigures | undefined;
  /** Mean time here minus that on the server: the network, the driver and the event loop. Undefined without {@link server}. */
  readonly outsideMs: number | undefined;
  /**
   * Mean wait for a connection of the pool before it, which is not in {@link meanMs}. Waits of less than a millisecond count
   * as none, and so does every statement on a connection after the first one.
   */
  readonly poolMs: number;
  /** Mean wait for other statements on the same connection, which is not in {@link meanMs}. */
  readonly queuedMs: number;
}

/** The figures of the server about a statement, of all clients together. */
export interface ServerFigures {
  /** Normalised. */
  readonly statement: string;
  /** Entries of the server that have this text; several for lists of several lengths. */
  readonly entries: number;
  readonly calls: number;
  readonly meanMs: number;
  /** Of the time of all statements on this database, from 0 to 1. */
  readonly share: number;
  /** Returned or changed. */
  readonly rows: number;
  /** Rows that were read for them; undefined where the server does not count them, as with those below. */
  readonly rowsExamined: number | undefined;
  readonly blocksHit: number | undefined;
  readonly blocksRead: number | undefined;
  /** Mean; undefined where the server does not measure it. */
  readonly planningMs: number | undefined;
  readonly walBytes: number | undefined;
}

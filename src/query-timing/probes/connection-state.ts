import type { EventEmitter } from 'node:events';
import { monotonicNow } from '../globals';

/** Private fields of a `pg.Client`; it has no public ones that say what it executes. */
interface PgClient {
  readonly pipeline?: boolean;
  readonly connection: EventEmitter;
  readonly _activeQuery: { readonly text?: unknown } | null;
  readonly _queryQueue: readonly unknown[];
  /** Only with pipelining. */
  readonly _sentQueryQueue?: readonly unknown[];
}

/** Private fields of a mysql2 connection. */
interface MysqlConnection {
  readonly _command: EventEmitter | null | undefined;
  readonly _commands: { readonly length: number };
}

/** A statement that the client gave up on and that its connection still executes. */
export interface AbandonedStatement {
  /** When it ended; undefined until then. */
  endedAt: number | undefined;
}

const abandoned = new WeakMap<object, AbandonedStatement>();
/** No connection needs to be looked up until a statement has been abandoned. */
let someAbandoned = false;

function connectionOf(runner: object): object | undefined {
  const { databaseConnection } = runner as { databaseConnection?: unknown };
  return typeof databaseConnection === 'object' && databaseConnection !== null ? databaseConnection : undefined;
}

function isPg(connection: object): connection is PgClient {
  return Array.isArray((connection as Partial<PgClient>)._queryQueue);
}

function isMysql(connection: object): connection is MysqlConnection {
  return typeof (connection as Partial<MysqlConnection>)._commands?.length === 'number';
}

/** How many statements the connection of a query runner executes or has queued; undefined where that is unknown. */
export function outstandingOn(runner: object): number | undefined {
  const connection = connectionOf(runner);
  if (connection === undefined) return undefined;
  if (isPg(connection)) {
    const { _activeQuery, _queryQueue, _sentQueryQueue = [] } = connection;
    return Number(Boolean(_activeQuery)) + _queryQueue.length + _sentQueryQueue.length;
  }
  if (isMysql(connection)) return Number(Boolean(connection._command)) + connection._commands.length;
  return undefined;
}

/** True where the responses of several statements can arrive together, so that some have ended without a report. */
export function isPipelined(runner: object): boolean {
  return (connectionOf(runner) as { pipeline?: unknown } | undefined)?.pipeline === true;
}

/** The statement, if any, that the connection of a query runner still executes although its client has given it up. */
export function abandonedOn(runner: object): AbandonedStatement | undefined {
  if (!someAbandoned) return undefined;
  const connection = connectionOf(runner);
  const statement = connection && abandoned.get(connection);
  return statement?.endedAt === undefined ? statement : undefined;
}

/**
 * Notes that the client gave up on a statement, if its connection still executes it.
 *
 * @param whenEnded is called when the server has finished with it
 */
export function noteAbandoned(
  runner: object,
  sql: string,
  whenEnded: (at: number) => void,
): AbandonedStatement | undefined {
  const connection = connectionOf(runner);
  if (connection === undefined) return undefined;
  const known = abandonedOn(runner);
  if (known !== undefined) return known;
  const ending = endOfExecuted(connection, sql);
  if (ending === undefined) return undefined;
  const statement: AbandonedStatement = { endedAt: undefined };
  abandoned.set(connection, statement);
  someAbandoned = true;
  ending.emitter.once(ending.event, () => {
    statement.endedAt = monotonicNow();
    whenEnded(statement.endedAt);
  });
  return statement;
}

/** What reports the end of the statement that a connection executes. */
function endOfExecuted(connection: object, sql: string): { emitter: EventEmitter; event: string } | undefined {
  // One that has not been sent is taken out of pg's queue.
  if (isPg(connection) && connection._activeQuery?.text === sql) {
    return { emitter: connection.connection, event: 'readyForQuery' };
  }
  if (isMysql(connection) && connection._command) return { emitter: connection._command, event: 'end' };
  return undefined;
}

/** The client's own time-out: the statement still runs. */
export function isClientTimeout(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === 'PROTOCOL_SEQUENCE_TIMEOUT' || (code === undefined && message === 'Query read timeout');
}

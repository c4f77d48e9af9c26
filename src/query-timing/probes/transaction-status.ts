import type { EventEmitter } from 'node:events';

/**
 * The driver's own knowledge of whether a transaction is open on a connection: what the server has said last, which is
 * the truth where it can be read.
 */
export interface TransactionStatus {
  /**
   * Whether a transaction is open after a statement that succeeded; undefined if the driver does not say so.
   * @param alone no other statement is open on this runner
   */
  afterSuccess(runner: object, result: unknown, alone: boolean): boolean | undefined;
  /** The same after a failure. */
  afterFailure(runner: object): boolean | undefined;
  /**
   * Where {@link afterFailure} does not know yet: calls `known` once, as soon as the server has said it.
   * @returns false if that is never known
   */
  onceKnown(runner: object, known: (open: boolean | undefined) => void): boolean;
  /** True for the results of several statements in one text. */
  isOfSeveral(result: unknown): boolean;
  /** True for a connection on which any statement may begin a transaction. */
  beginsByItself(runner: object): boolean;
  /** False while {@link beginsByItself} is certainly false for every connection. */
  readonly anyBeginsByItself: boolean;
}

/** Drivers that say nothing: the text decides. */
const unknownStatus: TransactionStatus = {
  afterSuccess: () => undefined,
  afterFailure: () => undefined,
  onceKnown: () => false,
  isOfSeveral: () => false,
  beginsByItself: () => false,
  anyBeginsByItself: false,
};

/** The part of pg's client that is read. Clients of other libraries lack some of it. */
interface PgClient {
  /** As of the last complete response: I idle, T in a transaction, E in one that an error has aborted. */
  getTransactionStatus?: () => string | null;
  /** False from the start of a statement until its response is complete. */
  readonly readyForQuery?: boolean;
  /** False after the connection is gone. */
  readonly _queryable?: boolean;
  readonly pipeline?: boolean;
  /** Reads the responses, for this client first. */
  readonly connection?: Partial<Pick<EventEmitter, 'once'>>;
}

interface PgRunner {
  readonly databaseConnection?: PgClient;
}

/**
 * A successful statement is reported when its response is complete, and a failed one when the first part of the response
 * is there. The second, which has the status, often comes with it, but PostgreSQL sends it when it has rolled back. With
 * pipelining, several responses may be there: the status is that of the last one.
 */
const pgStatus: TransactionStatus = {
  ...unknownStatus,
  afterSuccess(runner, _result, alone) {
    const client = (runner as PgRunner).databaseConnection;
    return client === undefined || (!alone && client.pipeline === true) ? undefined : isOpen(client);
  },
  afterFailure(runner) {
    const client = (runner as PgRunner).databaseConnection;
    if (client?._queryable === false) return false;
    return client?.readyForQuery === true ? isOpen(client) : undefined;
  },
  onceKnown(runner, known) {
    const client = (runner as PgRunner).databaseConnection;
    if (client?.readyForQuery !== false || client.connection?.once === undefined) return false;
    client.connection.once('readyForQuery', () => known(isOpen(client)));
    return true;
  },
  isOfSeveral: (result) => Array.isArray(result) && result.length > 1,
};

function isOpen(client: PgClient): boolean | undefined {
  const status = client.getTransactionStatus?.();
  if (status === 'I') return false;
  return status === 'T' || status === 'E' ? true : undefined;
}

const IN_TRANSACTION = 1;
const AUTOCOMMIT = 2;

/** The OK packet of MySQL and MariaDB, as mysql2 hands it over for statements without rows. */
interface OkPacket {
  readonly serverStatus: number;
}

interface MySqlRunner {
  readonly databaseConnection?: object;
}

/**
 * The flags of the OK packet, which belongs to its statement. mysql2 does not pass on those of rows, and a failure has no
 * flags.
 */
class MySqlStatus implements TransactionStatus {
  anyBeginsByItself = false;
  private readonly withoutAutocommit = new WeakSet<object>();

  afterSuccess(runner: object, result: unknown): boolean | undefined {
    const packet = lastOkPacket(result);
    if (packet === undefined) return undefined;
    const { serverStatus } = packet;
    const connection = (runner as MySqlRunner).databaseConnection;
    if ((serverStatus & AUTOCOMMIT) === 0) {
      this.anyBeginsByItself = true;
      if (connection) this.withoutAutocommit.add(connection);
    } else if (this.anyBeginsByItself && connection) {
      this.withoutAutocommit.delete(connection);
    }
    return (serverStatus & IN_TRANSACTION) !== 0;
  }

  afterFailure(): undefined {
    return undefined;
  }

  onceKnown(): boolean {
    return false;
  }

  /** The results of a procedure, too. */
  isOfSeveral(result: unknown): boolean {
    return Array.isArray(result) && lastOkPacket(result) !== undefined;
  }

  beginsByItself(runner: object): boolean {
    const connection = (runner as MySqlRunner).databaseConnection;
    return this.anyBeginsByItself && connection !== undefined && this.withoutAutocommit.has(connection);
  }
}

/** That of the last statement without rows, in the result of one statement, of several, or of a procedure. */
function lastOkPacket(result: unknown): OkPacket | undefined {
  if (!Array.isArray(result)) return isOkPacket(result) ? result : undefined;
  if (!Array.isArray(result[0]) && !isOkPacket(result[0])) return undefined; // Rows.
  for (let i = result.length - 1; i >= 0; i--) {
    const one: unknown = result[i];
    if (isOkPacket(one)) return one;
  }
  return undefined;
}

/** A row may have a column of this name, but is a plain object. */
function isOkPacket(value: unknown): value is OkPacket {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof (value as Partial<OkPacket>).serverStatus !== 'number') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}

interface SqliteRunner {
  readonly driver?: { readonly databaseConnection?: { readonly inTransaction?: boolean } };
}

/** SQLite runs its statements within the process: the database can always be asked. */
const sqliteStatus: TransactionStatus = {
  ...unknownStatus,
  afterSuccess: sqliteIsOpen,
  afterFailure: sqliteIsOpen,
};

function sqliteIsOpen(runner: object): boolean | undefined {
  return (runner as SqliteRunner).driver?.databaseConnection?.inTransaction;
}

/** A new one per DataSource. */
export function transactionStatusOf(driverType: string): TransactionStatus {
  switch (driverType) {
    case 'postgres':
    case 'cockroachdb':
      return pgStatus;
    case 'mysql':
    case 'mariadb':
      return new MySqlStatus();
    case 'better-sqlite3':
      return sqliteStatus;
    default:
      return unknownStatus;
  }
}

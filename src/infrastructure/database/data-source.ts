import pg, { type Client, type ClientConfig } from 'pg';
import { AbstractLogger, DataSource } from 'typeorm';
import { abortableClient } from './abortable-client';
import { collectableResults } from './collectable-results';
import type { Configuration, Replica } from '../config/configuration';
import { SERVICE_NAME } from '../config/service-name';
import { GuardedPool } from './guarded-pool';
import { isoDates } from './iso-dates';
import { Preparation } from './prepared/preparation';
import { preparingClient } from './prepared/preparing-client';
import { MAX_REPLICA_ACQUIRE_MS, poolsOf, REPLICA_HOST, type ReplicaPoolConfig } from './replica/replica-pool';
import { migrations } from './migrations';
import { entities } from './entities';

/** The name of the service's connections in `pg_stat_activity`. */
export const APPLICATION_NAME = SERVICE_NAME;

// The connection strings go to pg as they are, which accepts more than TypeORM: sockets, for example.

/** How long the client waits for the server's own statement timeout to arrive, before it gives up. */
const CLIENT_TIMEOUT_GRACE_MS = 2_000;

export interface DataSourceEvents {
  /** Receives the error of a connection that was lost between two statements. */
  readonly onLost?: (error: Error) => void;
  /** Receives the reason why no statements are prepared any more. */
  readonly onUnprepared?: (reason: Error) => void;
}

/**
 * The data source of the service, with all limits set. With a replica it has a second pool, which is used by statements that
 * ask for it only: `createQueryRunner('slave')`.
 * @param url a PostgreSQL connection string
 * @param signal ends its connections, whatever they wait for
 */
export function createDataSource(
  url: string,
  database: Configuration['database'],
  signal = new AbortController().signal,
  { onLost, onUnprepared = () => undefined }: DataSourceEvents = {},
): DataSource {
  const { replica } = database;
  const aPreparation = () => new Preparation({ max: database.preparedStatements, onOff: onUnprepared });
  return new DataSource({
    type: 'postgres',
    applicationName: APPLICATION_NAME,
    entities: [...entities],
    poolSize: database.poolSize,
    connectTimeoutMS: database.acquireTimeoutMs,
    driver: { ...pg, Pool: replica ? poolsOf(replicaSettings(replica, database, aPreparation())) : GuardedPool },
    replication: replica && { defaultMode: 'master', master: {}, slaves: [{ host: REPLICA_HOST }] },
    extra: {
      connectionString: url,
      maxWaiting: database.poolQueue,
      maxAgeMs: database.connectionMaxAgeMs,
      onLost,
      // The server's limits take effect first: they end the statement itself, not only the wait for it.
      ...statementLimits(database.statementTimeoutMs),
      lock_timeout: database.lockTimeoutMs,
      idle_in_transaction_session_timeout: database.idleInTransactionTimeoutMs,
      keepAlive: true,
      Client: clientClass(signal, aPreparation()),
    },
    // The service needs no extension.
    installExtensions: false,
    logging: false,
    // The guarded pool reports it.
    poolErrorHandler: () => undefined,
  });
}

/** The class of both pools' clients. */
function clientClass(given: Parameters<typeof abortableClient>[0], preparation: Preparation): typeof Client {
  return preparingClient(collectableResults(isoDates(abortableClient(given))), preparation);
}

/**
 * The client's limit is for a server that does not respond at all. The statement may still be running then, so the guarded
 * pool destroys the connection.
 */
function statementLimits(timeoutMs: number): Pick<ClientConfig, 'statement_timeout' | 'query_timeout'> {
  return {
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs > 0 ? timeoutMs + CLIENT_TIMEOUT_GRACE_MS : undefined,
  };
}

/** A statement has half of its time on the replica, so that there is time for the primary if it fails there. */
function replicaSettings(
  { url }: Replica,
  { acquireTimeoutMs, statementTimeoutMs }: Configuration['database'],
  preparation: Preparation,
): ReplicaPoolConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: Math.min(acquireTimeoutMs, MAX_REPLICA_ACQUIRE_MS),
    ...statementLimits(Math.ceil(statementTimeoutMs / 2)),
    // The watch reports it.
    onLost: undefined,
    clientFor: (connections) => clientClass(connections, preparation),
  };
}

/** TypeORM prints failed migrations to the console even with `logging: false`. */
class SilentLogger extends AbstractLogger {
  protected writeLog(): void {}
}

/**
 * A migration that waits for a lock held by a long transaction blocks every later statement on that table. It fails instead,
 * and can be run again; one that must wait longer sets its own limit (`SET LOCAL lock_timeout`).
 */
const MIGRATION_LOCK_TIMEOUT_MS = 5_000;

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * The data source of the migrations: one connection, no statement timeout, but a short lock timeout.
 * @param signal ends its connection, whatever it waits for
 */
export function createMigrationDataSource(url: string, signal = new AbortController().signal): DataSource {
  return new DataSource({
    type: 'postgres',
    applicationName: `${APPLICATION_NAME}-migrations`,
    migrations,
    logger: new SilentLogger(),
    migrationsTransactionMode: 'each',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: {
      connectionString: url,
      lock_timeout: MIGRATION_LOCK_TIMEOUT_MS,
      keepAlive: true,
      Client: isoDates(abortableClient(signal)),
    },
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => undefined,
    poolSize: 1,
  });
}

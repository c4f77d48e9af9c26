import pg from 'pg';
import { AbstractLogger, DataSource } from 'typeorm';
import type { Configuration } from '../config/configuration';
import { SERVICE_NAME } from '../config/service-name';
import { GuardedPool } from './guarded-pool';
import { migrations } from './migrations';
import { entities } from './entities';

/** How the service names its connections to the server: look for it in `pg_stat_activity`. */
export const APPLICATION_NAME = SERVICE_NAME;

/** A server that is only slow has ended a statement, and has said so, this long after its limit. */
const SILENCE_MS = 2_000;

/** The service's own, with every limit on. @param url a PostgreSQL connection string */
export function createDataSource(url: string, database: Configuration['database']): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: APPLICATION_NAME,
    entities: [...entities],
    poolSize: database.poolSize,
    connectTimeoutMS: database.acquireTimeoutMs,
    driver: { ...pg, Pool: GuardedPool },
    extra: {
      maxWaiting: database.poolQueue,
      // The server's limits come first: they end the statement as well as the wait for it.
      statement_timeout: database.statementTimeoutMs,
      lock_timeout: database.lockTimeoutMs,
      idle_in_transaction_session_timeout: database.idleInTransactionTimeoutMs,
      // The client's is for a server that does not answer at all. What it gives up on may still run: the guarded pool
      // destroys the connection.
      query_timeout: database.statementTimeoutMs > 0 ? database.statementTimeoutMs + SILENCE_MS : undefined,
      keepAlive: true,
    },
    // Nothing that the service does needs an extension.
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => undefined,
  });
}

/** TypeORM prints failed migrations whatever `logging` says, between the lines of our own log. */
class SilentLogger extends AbstractLogger {
  protected writeLog(): void {}
}

/**
 * Whoever wants a lock that a long transaction has makes everybody after it wait as well. A migration gives up instead, and
 * is run again; one that must wait longer says so itself (`SET LOCAL lock_timeout`).
 */
const MIGRATION_LOCK_TIMEOUT_MS = 5_000;

/** For migrations: they may take as long as they need, but not wait for a lock for long. */
export function createMigrationDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: `${APPLICATION_NAME}-migrations`,
    migrations,
    logger: new SilentLogger(),
    migrationsTransactionMode: 'each',
    extra: { lock_timeout: MIGRATION_LOCK_TIMEOUT_MS },
    installExtensions: false,
    logging: false,
    poolSize: 2,
  });
}

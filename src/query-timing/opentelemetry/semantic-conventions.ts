/** The version of the conventions that the names below are taken from. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';

/** The names of OpenTelemetry's semantic conventions, which a test compares with the package that publishes them. */
export const ATTRIBUTE = {
  system: 'db.system.name',
  namespace: 'db.namespace',
  operation: 'db.operation.name',
  status: 'db.response.status_code',
  errorType: 'error.type',
  address: 'server.address',
  port: 'server.port',
  pool: 'db.client.connection.pool.name',
  state: 'db.client.connection.state',
} as const;

interface Metric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
}

/** `db.client.operation.duration` is stable, the metrics of connections are in development. */
export const METRIC = {
  operationDuration: {
    name: 'db.client.operation.duration',
    description: 'Duration of database client operations.',
    unit: 's',
  },
  connectionCount: {
    name: 'db.client.connection.count',
    description: 'The number of connections that are currently in state described by the `state` attribute.',
    unit: '{connection}',
  },
  connectionLimit: {
    name: 'db.client.connection.limit',
    description: 'The maximum number of open connections allowed.',
    unit: '{connection}',
  },
  pendingRequests: {
    name: 'db.client.connection.pending_requests',
    description: 'The number of current pending requests for an open connection.',
    unit: '{request}',
  },
  timeouts: {
    name: 'db.client.connection.timeouts',
    description: 'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
    unit: '{timeout}',
  },
  waitTime: {
    name: 'db.client.connection.wait_time',
    description: 'The time it took to obtain an open connection from the pool.',
    unit: 's',
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** The boundaries of `db.client.operation.duration`, in seconds. */
export const DURATION_BOUNDARIES: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

export interface DatabaseSystem {
  readonly name: string;
  /** The port that need not be named. */
  readonly port?: number;
}

const SQLITE: DatabaseSystem = { name: 'sqlite' };

const BY_DRIVER: Readonly<Record<string, DatabaseSystem>> = {
  postgres: { name: 'postgresql', port: 5432 },
  'aurora-postgres': { name: 'postgresql', port: 5432 },
  cockroachdb: { name: 'cockroachdb', port: 26257 },
  mysql: { name: 'mysql', port: 3306 },
  'aurora-mysql': { name: 'mysql', port: 3306 },
  mariadb: { name: 'mariadb', port: 3306 },
  mssql: { name: 'microsoft.sql_server', port: 1433 },
  oracle: { name: 'oracle.db', port: 1521 },
  sap: { name: 'sap.hana' },
  spanner: { name: 'gcp.spanner' },
  'better-sqlite3': SQLITE,
  sqljs: SQLITE,
  cordova: SQLITE,
  expo: SQLITE,
  'react-native': SQLITE,
  nativescript: SQLITE,
  capacitor: SQLITE,
};

/** The database system of a TypeORM driver. It is what the client knows: a MariaDB may run where `mysql` is configured. */
export function databaseSystemOf(driver: string): DatabaseSystem {
  return BY_DRIVER[driver] ?? { name: 'other_sql' };
}

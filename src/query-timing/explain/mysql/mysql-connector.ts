import type { DataSource } from 'typeorm';
import { NoClientError, type Connector } from '../side-connection';

type Row = Readonly<Record<string, unknown>>;

/** A connection of mysql2, as far as it is used. */
export interface MySqlConnection {
  query(sql: string, values: readonly unknown[], done: (error: Error | null, rows: unknown) => void): unknown;
  on(event: 'error' | 'end', listener: () => void): unknown;
  once(event: 'connect', listener: () => void): unknown;
  once(event: 'error', listener: (error: unknown) => void): unknown;
  end(done: () => void): unknown;
  /** Until it is connected. */
  readonly connectTimeout?: { unref(): unknown } | null;
  readonly stream?: { unref?(): unknown; destroySoon?(): unknown; destroy?(): unknown };
}

/** The options of a connection, after mysql2 has read those of the application. */
type Config = object & { readonly clientFlags?: number };
interface Pool {
  readonly config?: { readonly connectionConfig?: Config };
}
interface Driver {
  readonly mysql?: { readonly Connection?: new (options: { config: Config }) => MySqlConnection };
  readonly pool?: Pool;
  readonly poolCluster?: { readonly _nodes?: { readonly MASTER?: { readonly pool?: Pool } } };
}

const MULTI_STATEMENTS = 0x10000;
/** Rows as they are read here, whatever the application has set, and one statement per text. */
const OWN_SETTINGS = {
  multipleStatements: false,
  typeCast: true,
  rowsAsArray: false,
  nestTables: undefined,
  namedPlaceholders: false,
  queryFormat: undefined,
  supportBigNumbers: false,
};

/** Connects as the pool of the DataSource does: the same server, user, database and settings. */
export function mysqlConnector(dataSource: DataSource): Connector<MySqlConnection> {
  const { mysql, pool, poolCluster } = dataSource.driver as unknown as Driver;
  return {
    async open(lost, abandoned) {
      const config = (pool ?? poolCluster?._nodes?.MASTER?.pool)?.config?.connectionConfig;
      if (!config || typeof mysql?.Connection !== 'function') {
        throw new NoClientError('the driver has no connections of mysql2');
      }
      const connection = new mysql.Connection({ config: ownConfig(config) });
      // A server that accepts connections and says nothing would hold it.
      abandoned.addEventListener('abort', () => connection.stream?.destroy?.(), { once: true });
      try {
        connection.stream?.unref?.();
        connection.connectTimeout?.unref();
        await new Promise<void>((resolve, reject) => {
          connection.once('connect', resolve);
          connection.once('error', reject);
        });
        // With TLS, it is another stream by now.
        connection.stream?.unref?.();
      } catch (error) {
        destroy(connection);
        throw error;
      }
      connection.on('error', lost);
      connection.on('end', lost);
      return connection;
    },
    destroy,
  };
}

function ownConfig(config: Config): Config {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(config) as object) as Config, config, OWN_SETTINGS);
  return Object.assign(copy, { clientFlags: (config.clientFlags ?? 0) & ~MULTI_STATEMENTS });
}

/** A connection that waits for a response could not say goodbye. */
function destroy(connection: MySqlConnection): void {
  try {
    connection.on('error', () => undefined);
    connection.end(() => undefined);
    connection.stream?.destroySoon?.();
  } catch {
    // It is gone.
  }
}

/** The rows of one statement; values only for what is not from the application. */
export function rowsOf(connection: MySqlConnection, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    connection.query(sql, values, (error, rows) => {
      if (error) reject(error);
      else resolve(Array.isArray(rows) ? (rows as Row[]) : []);
    });
  });
}

import type { DataSource } from 'typeorm';
import { NoClientError, type Connector } from '../side-connection';

/** pg's client, as far as it is used. */
export interface PgClient {
  connect(): Promise<unknown>;
  query(query: PgQuery): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  unref?(): void;
  end(): Promise<void>;
  /** With its socket. */
  readonly connection?: { readonly stream?: { destroySoon(): unknown; destroy(): unknown } };
}

export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** One statement only, whatever the text is. */
  readonly queryMode?: 'extended';
}

interface Driver {
  /** The pool of the primary. */
  readonly master?: { readonly options?: object };
  readonly postgres?: { readonly Client?: new (config: object) => PgClient };
}

/** Connects as the pool of the DataSource does: the same server, role, database and settings. */
export function postgresConnector(dataSource: DataSource): Connector<PgClient> {
  const { master, postgres } = dataSource.driver as unknown as Driver;
  return {
    async open(lost, abandoned) {
      const Client = postgres?.Client;
      if (!master?.options || typeof Client !== 'function') throw new NoClientError('the driver has no client of pg');
      // The password is a property that is not enumerable.
      const config = Object.defineProperties({}, Object.getOwnPropertyDescriptors(master.options));
      const client = new Client(
        Object.assign(config, {
          connectionTimeoutMillis: 0,
          query_timeout: undefined,
          pipeline: false,
        }),
      );
      client.on('error', lost);
      client.on('end', lost);
      // A server that accepts connections and says nothing would hold it.
      abandoned.addEventListener('abort', () => client.connection?.stream?.destroy(), { once: true });
      try {
        const connected = client.connect();
        client.unref?.();
        await connected;
        client.unref?.();
      } catch (error) {
        destroy(client);
        throw error;
      }
      return client;
    },
    destroy,
  };
}

/** A client that waits for a response could not say goodbye. */
function destroy(client: PgClient): void {
  try {
    const { stream } = client.connection ?? {};
    client.end().then(undefined, () => undefined);
    stream?.destroySoon();
  } catch {
    // It is gone.
  }
}

import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** What the stubbed server does with a statement: return a result, a promise of one, or throw. */
export type StubServer = (sql: string, parameters: unknown) => unknown;

const CONNECTING: Readonly<Record<string, object[]>> = {
  'SELECT version()': [{ version: 'PostgreSQL 18.0' }],
  'SELECT * FROM current_database()': [{ current_database: 'stub' }],
  'SELECT * FROM current_schema()': [{ current_schema: 'public' }],
};

/** A pg client whose server is a function. Like a connection, it runs one statement after the other. */
class StubClient extends EventEmitter {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly server: StubServer) {
    super();
  }

  /** @param done how the driver of CockroachDB receives the result */
  query(statement: unknown, parameters?: unknown, done?: (error: unknown, result?: unknown) => void): unknown {
    if (typeof statement !== 'string') return statement;
    const run = async () => {
      const connecting = CONNECTING[statement];
      if (connecting) return { rows: connecting, rowCount: 1, command: 'SELECT' };
      const result = await this.server(statement, parameters);
      // Several statements in one text have several results.
      if (Array.isArray(result)) return result as unknown[];
      return { rows: [], rowCount: 0, command: statement.split(' ')[0], ...(result as object | undefined) };
    };
    const result = this.last.then(run, run);
    this.last = result.catch(() => undefined);
    if (done) result.then((value) => done(undefined, value), done);
    return result;
  }
}

class StubPool extends EventEmitter {
  readonly options: { readonly max: number };
  private readonly client: StubClient;
  waitingCount = 0;
  totalCount = 1;
  idleCount = 1;

  constructor(options: { max?: number }, server: StubServer) {
    super();
    this.options = { max: options.max ?? 10 };
    this.client = new StubClient(server);
  }

  connect(done: (error: unknown, client?: StubClient, release?: () => void) => void): void {
    this.totalCount = Math.max(this.totalCount, 1);
    this.idleCount = 0;
    done(undefined, this.client, () => (this.idleCount = 1));
  }

  end(done: () => void): void {
    done();
  }
}

/** Replaces pg-query-stream; the test pushes its rows. */
export class StubQueryStream extends Readable {
  constructor(readonly text: string) {
    super({ objectMode: true, read: () => undefined });
  }
}

/**
 * TypeORM's own PostgreSQL driver and events with a function as the server, for tests that decide when and how each
 * statement ends. The behaviour of the database itself is tested on real ones.
 */
export function stubDataSource(
  server: StubServer = () => undefined,
  more: Partial<DataSourceOptions> = {},
): DataSource {
  class Pool extends StubPool {
    constructor(options: { max?: number }) {
      super(options, server);
    }
  }
  const options = { type: 'postgres', driver: { Pool, defaults: {} }, ...more } as DataSourceOptions;
  const dataSource = new DataSource(options);
  Object.assign(dataSource.driver, { loadStreamDependency: () => StubQueryStream });
  return dataSource;
}

export async function initializedStub(server?: StubServer, more?: Partial<DataSourceOptions>): Promise<DataSource> {
  return stubDataSource(server, more).initialize();
}

/** A promise that the test settles. */
export function deferred<T = unknown>() {
  let resolve!: (value?: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T | undefined>((ok, fail) => {
    resolve = ok;
    reject = fail;
  });
  return { promise, resolve, reject };
}

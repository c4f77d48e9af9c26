import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** What the stubbed server does with a statement: answer at once or later, or fail. */
export type Answer = (sql: string, parameters: unknown) => unknown;

const CONNECTING: Readonly<Record<string, object[]>> = {
  'SELECT version()': [{ version: 'PostgreSQL 18.0' }],
  'SELECT * FROM current_database()': [{ current_database: 'stub' }],
  'SELECT * FROM current_schema()': [{ current_schema: 'public' }],
};

/** A pg client whose server is a function. Like a connection, it runs one statement after the other. */
class StubClient extends EventEmitter {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly answer: Answer) {
    super();
  }

  query(statement: unknown, parameters?: unknown): unknown {
    if (typeof statement !== 'string') return statement;
    const run = async () => {
      const connecting = CONNECTING[statement];
      if (connecting) return { rows: connecting, rowCount: 1, command: 'SELECT' };
      const answer = await this.answer(statement, parameters);
      // Several statements in one text have several results.
      if (Array.isArray(answer)) return answer as unknown[];
      return { rows: [], rowCount: 0, command: statement.split(' ')[0], ...(answer as object | undefined) };
    };
    const result = this.last.then(run, run);
    this.last = result.catch(() => undefined);
    return result;
  }
}

class StubPool extends EventEmitter {
  readonly options: { readonly max: number };
  private readonly client: StubClient;
  waitingCount = 0;
  totalCount = 1;
  idleCount = 1;

  constructor(options: { max?: number }, answer: Answer) {
    super();
    this.options = { max: options.max ?? 10 };
    this.client = new StubClient(answer);
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

/** Stands for pg-query-stream: its rows are the answer's. */
export class StubQueryStream extends Readable {
  constructor(readonly text: string) {
    super({ objectMode: true, read: () => undefined });
  }
}

/**
 * TypeORM's own PostgreSQL driver and events, over a server that is a function: for tests that decide when and how each
 * statement ends. What the database itself does is tested on real ones.
 */
export function stubDataSource(answer: Answer = () => undefined, more: Partial<DataSourceOptions> = {}): DataSource {
  class Pool extends StubPool {
    constructor(options: { max?: number }) {
      super(options, answer);
    }
  }
  const options = { type: 'postgres', driver: { Pool, defaults: {} }, ...more } as DataSourceOptions;
  const dataSource = new DataSource(options);
  Object.assign(dataSource.driver, { loadStreamDependency: () => StubQueryStream });
  return dataSource;
}

export async function initializedStub(answer?: Answer, more?: Partial<DataSourceOptions>): Promise<DataSource> {
  return stubDataSource(answer, more).initialize();
}

/** An answer to be given when the test says so. */
export function deferred<T = unknown>() {
  let resolve!: (value?: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T | undefined>((ok, fail) => {
    resolve = ok;
    reject = fail;
  });
  return { promise, resolve, reject };
}

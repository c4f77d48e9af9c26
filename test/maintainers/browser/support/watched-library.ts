import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { installQueryTiming, runInScope, type QueryTiming } from '../../../../src/query-timing/core';
import { createQueryTimingPage, type QueryTimingPage } from '../../../../src/query-timing/page/index';
import { createScratchDatabase, type ScratchDatabase } from '../../../support/scratch-database';
import { Author, Book, LIBRARY_ENTITIES } from '../../../query-timing/scopes/library-entities';

const AUTHORS = 40;
const CONNECTIONS = 5;
/** Long enough to open a connection on a busy machine. */
const ACQUIRE_TIMEOUT_MS = 3_000;

/** What the server has counted in this database before. */
const FORGET = 'SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()';
/** Time limits of the server that a busy machine does not reach. */
const EXPLAIN = { perMinute: 60, timeoutMs: 60_000 };

/** A public library on a PostgreSQL, whose database is quiet, slow or broken as a test wants it, and its page. */
export class WatchedLibrary {
  private constructor(
    readonly dataSource: DataSource,
    readonly timing: QueryTiming,
    private readonly page: QueryTimingPage,
    private readonly server: Server,
    private readonly database: ScratchDatabase,
  ) {}

  static async open(): Promise<WatchedLibrary> {
    const database = await createScratchDatabase();
    await asAnotherProgram(database.adminUrl, 'DROP EXTENSION IF EXISTS pg_stat_statements');
    const dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      entities: [...LIBRARY_ENTITIES],
      extra: { max: CONNECTIONS, connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS },
    }).initialize();
    await dataSource.synchronize();
    const authors = Array.from({ length: AUTHORS }, (_, i) => ({ name: `Author ${i + 1}`, address: { city: 'Oslo' } }));
    await dataSource.getRepository(Author).insert(authors);
    const timing = installQueryTiming(dataSource, {
      slowQueryThresholdMs: 100,
      scopes: { budget: { statements: 20 } },
      explain: EXPLAIN,
      logger: { warn: () => undefined },
    });
    const page = createQueryTimingPage(timing);
    const server = createServer(page).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WatchedLibrary(dataSource, timing, page, server, database);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/query-timing`;
  }

  /** What requests of readers do. */
  async quiet(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      await runInScope('GET /authors/:id', () =>
        this.dataSource.getRepository(Author).findOneBy({ id: 1 + (i % AUTHORS) }),
      );
      await runInScope('GET /books', () =>
        this.dataSource.getRepository(Book).find({ take: 20, order: { id: 'DESC' } }),
      );
      await runInScope('POST /books', () =>
        this.dataSource.transaction((manager) =>
          manager.insert(Book, { title: `Volume ${i}`, authorId: 1 + (i % AUTHORS) }),
        ),
      );
    }
  }

  /** An N+1 and statements that take long. */
  async slow(): Promise<void> {
    await runInScope('GET /authors', async () => {
      const authors = await this.dataSource.getRepository(Author).find({ take: 25 });
      for (const { id } of authors) await this.dataSource.getRepository(Book).find({ where: { authorId: id } });
    });
    await runInScope('GET /reports/overdue', async () => {
      await this.dataSource.query(
        'SELECT count(*), pg_sleep(0.15) FROM book b JOIN author a ON a.id = b."authorId" WHERE a.name = $1',
        ['Author 7'],
      );
      await this.dataSource.query('SELECT title, pg_sleep(0.12) FROM book WHERE title LIKE $1 LIMIT 1', ['%9%']);
    });
  }

  /** Errors of the server, timeouts, and no connections left. */
  async broken(): Promise<void> {
    const { dataSource } = this;
    const failing = (name: string, work: () => Promise<unknown>) =>
      runInScope(name, () => work().catch(() => undefined));
    await failing('POST /authors', () =>
      dataSource.query('INSERT INTO author (id, name) VALUES ($1, $2)', [1, 'Twice']),
    );
    await failing('GET /loans', () => dataSource.query('SELECT * FROM loans_of_last_year WHERE reader = $1', [7]));
    await failing('GET /search', async () => {
      const runner = dataSource.createQueryRunner();
      await runner.query("SET statement_timeout = '80ms'");
      await runner.query('SELECT pg_sleep(2), title FROM book').finally(async () => {
        await runner.query('RESET statement_timeout');
        await runner.release();
      });
    });
    const holders = Array.from({ length: CONNECTIONS }, () => dataSource.createQueryRunner());
    for (const holder of holders) await holder.connect();
    await Promise.all(
      [1, 2].map(() => failing('GET /books', () => dataSource.query('SELECT title FROM book LIMIT 5'))),
    );
    for (const holder of holders) await holder.release();
  }

  /** From now on, the server counts what it runs. */
  async countOnTheServer(): Promise<void> {
    await asAnotherProgram(this.database.adminUrl, 'CREATE EXTENSION pg_stat_statements');
    await asAnotherProgram(this.database.adminUrl, FORGET);
  }

  /** What another program sends to the same database. */
  async byAnotherProgram(): Promise<void> {
    await asAnotherProgram(this.database.url, "SELECT count(*) FROM author WHERE name < 'a secret name'");
  }

  async close(): Promise<void> {
    this.page.close();
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
    await this.dataSource.destroy();
    await this.database.drop();
  }
}

async function asAnotherProgram(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

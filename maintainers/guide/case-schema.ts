import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { DataSource, type EntitySchema, type Logger } from 'typeorm';
import type { SentStatement } from './plans';

/** One database, as the owner of the tables and as a superuser whose statements are not counted. */
export interface DatabaseUrls {
  readonly url: string;
  readonly adminUrl: string;
}

/** What PostgreSQL counted for the owner of the tables. */
export interface ServerCounts {
  readonly statements: number;
  readonly rows: number;
  readonly pages: number;
  readonly temporaryPages: number;
}

/** Make plans independent of the number of cores, and cost pages as on an SSD. */
const SETTINGS = {
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  random_page_cost: '1.1',
  // VACUUM marks no page as all-visible before the commit that wrote it is on disk.
  synchronous_commit: 'on',
};
const CONNECTIONS = 10;
const POLL_MS = 2;
const WAIT_TIMEOUT_MS = 15_000;

/** The schema of one case, and the connections that use it. */
export class CaseSchema {
  private readonly otherSessions: Client[] = [];
  private captured: SentStatement[] | undefined;

  private constructor(
    private readonly urls: DatabaseUrls,
    private readonly schema: string,
    readonly dataSource: DataSource,
    private readonly owner: Client,
    private readonly admin: Client,
  ) {}

  /** @param schema is dropped and created, @param entities are those of the timed DataSource */
  static async open(urls: DatabaseUrls, schema: string, entities: readonly EntitySchema<any>[]): Promise<CaseSchema> {
    const options = settingsAsOptions(schema);
    const owner = clientOf(urls.url, options);
    const admin = clientOf(urls.adminUrl, options);
    await Promise.all([owner.connect(), admin.connect()]);
    await owner.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
    const target: { caseSchema?: CaseSchema } = {};
    const dataSource = new DataSource({
      type: 'postgres',
      url: urls.url,
      entities: [...entities],
      installExtensions: false,
      poolSize: CONNECTIONS,
      poolErrorHandler: () => undefined,
      extra: { options, idleTimeoutMillis: 0 },
      logging: ['query'],
      logger: capturing((statement) => target.caseSchema?.captured?.push(statement)),
    });
    await dataSource.initialize();
    return (target.caseSchema = new CaseSchema(urls, schema, dataSource, owner, admin));
  }

  /** Runs SQL as the owner. Each statement ends its line, and runs in its own transaction. */
  async script(sql: string): Promise<void> {
    for (const part of sql.split(/;\s*$/m)) if (part.trim()) await this.owner.query(part);
  }

  /** Has the settings and the role of the timed connections. */
  get explainer(): Client {
    return this.owner;
  }

  /** Returns the statements that the DataSource sends during `work`. */
  async capture(work: () => Promise<unknown>): Promise<SentStatement[]> {
    const statements: SentStatement[] = (this.captured = []);
    try {
      await work();
      return statements;
    } finally {
      this.captured = undefined;
    }
  }

  async resetCounts(): Promise<void> {
    await this.admin.query(
      `SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()`,
    );
  }

  async counts(): Promise<ServerCounts> {
    const owner = decodeURIComponent(new URL(this.urls.url).username);
    const { rows } = await this.admin.query<Record<keyof ServerCounts, string>>(
      `SELECT coalesce(sum(calls), 0) AS statements, coalesce(sum(rows), 0) AS rows,
              coalesce(sum(shared_blks_hit + shared_blks_read), 0) AS pages,
              coalesce(sum(temp_blks_written), 0) AS "temporaryPages"
         FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND userid = (SELECT oid FROM pg_roles WHERE rolname = $1)`,
      [owner],
    );
    const [row] = rows;
    return {
      statements: Number(row!.statements),
      rows: Number(row!.rows),
      pages: Number(row!.pages),
      temporaryPages: Number(row!.temporaryPages),
    };
  }

  async otherSession(): Promise<Client> {
    const client = clientOf(this.urls.adminUrl, settingsAsOptions(this.schema));
    this.otherSessions.push(client);
    await client.connect();
    return client;
  }

  async waitForBlocked(sessions: number): Promise<void> {
    const waiting = `SELECT count(*)::int AS waiting FROM pg_stat_activity
                      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const deadline = performance.now() + WAIT_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const { rows } = await this.admin.query<{ waiting: number }>(waiting);
      if (rows[0]!.waiting >= sessions) return;
      await delay(POLL_MS);
    }
    throw new Error(`Fewer than ${sessions} sessions wait for a lock after ${WAIT_TIMEOUT_MS} ms.`);
  }

  async closeOtherSessions(): Promise<void> {
    await Promise.all(this.otherSessions.splice(0).map((client) => client.end()));
  }

  async close(): Promise<void> {
    await this.closeOtherSessions();
    await this.dataSource.destroy();
    await this.owner.query(`DROP SCHEMA ${this.schema} CASCADE`);
    await Promise.all([this.owner.end(), this.admin.end()]);
  }
}

/** Ignores `error` events: the statement that runs reports a lost connection. After Ctrl-C the server stops first. */
function clientOf(connectionString: string, options: string): Client {
  const client = new Client({ connectionString, options });
  client.on('error', () => undefined);
  return client;
}

function settingsAsOptions(schema: string): string {
  const settings = { search_path: `${schema},public`, ...SETTINGS };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

function capturing(take: (statement: SentStatement) => void): Logger {
  const nothing = () => undefined;
  return {
    logQuery: (sql, parameters) => take({ sql, parameters: (parameters as unknown[] | undefined) ?? [] }),
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
}

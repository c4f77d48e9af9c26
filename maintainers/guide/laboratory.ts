import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { DataSource, type EntitySchema, type Logger } from 'typeorm';
import type { SentStatement } from './plans';

/** Where a server is: as the owner of the tables, and as a superuser whose statements are not counted. */
export interface Place {
  readonly url: string;
  readonly adminUrl: string;
}

/** What PostgreSQL has counted for the owner of the tables. */
export interface ServerCounts {
  readonly statements: number;
  readonly rows: number;
  readonly pages: number;
  readonly temporaryPages: number;
}

/** One plan for one set of data, whatever the number of cores; and a page costs what it costs on a disk without a head. */
const SETTINGS = {
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  random_page_cost: '1.1',
  // A VACUUM that comes before the commit is on the disk marks nothing as visible to all.
  synchronous_commit: 'on',
};
const CONNECTIONS = 10;
const POLL_MS = 2;
const PATIENCE_MS = 15_000;

/** A schema of its own for one case, with everyone who takes part in it. */
export class Laboratory {
  private readonly others: Client[] = [];
  private captured: SentStatement[] | undefined;

  private constructor(
    private readonly place: Place,
    private readonly schema: string,
    readonly dataSource: DataSource,
    private readonly owner: Client,
    private readonly admin: Client,
  ) {}

  /** @param schema is made anew, @param entities of the timed DataSource */
  static async open(place: Place, schema: string, entities: readonly EntitySchema<any>[]): Promise<Laboratory> {
    const options = settingsAsOptions(schema);
    const owner = clientOf(place.url, options);
    const admin = clientOf(place.adminUrl, options);
    await Promise.all([owner.connect(), admin.connect()]);
    await owner.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
    const sees: { laboratory?: Laboratory } = {};
    const dataSource = new DataSource({
      type: 'postgres',
      url: place.url,
      entities: [...entities],
      installExtensions: false,
      poolSize: CONNECTIONS,
      poolErrorHandler: () => undefined,
      extra: { options, idleTimeoutMillis: 0 },
      logging: ['query'],
      logger: capturing((statement) => sees.laboratory?.captured?.push(statement)),
    });
    await dataSource.initialize();
    return (sees.laboratory = new Laboratory(place, schema, dataSource, owner, admin));
  }

  /** A script of the owner. Statements that cannot share a transaction, such as VACUUM, are lines of their own. */
  async script(sql: string): Promise<void> {
    for (const part of sql.split(/;\s*$/m)) if (part.trim()) await this.owner.query(part);
  }

  /** For plans: the same settings and the same role as the timed connections. */
  get explainer(): Client {
    return this.owner;
  }

  /** What is sent while the work goes on. */
  async capture(work: () => Promise<unknown>): Promise<SentStatement[]> {
    const statements: SentStatement[] = (this.captured = []);
    try {
      await work();
      return statements;
    } finally {
      this.captured = undefined;
    }
  }

  async forgetCounts(): Promise<void> {
    await this.admin.query(
      `SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()`,
    );
  }

  async counts(): Promise<ServerCounts> {
    const owner = decodeURIComponent(new URL(this.place.url).username);
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

  async somebodyElse(): Promise<Client> {
    const client = clientOf(this.place.adminUrl, settingsAsOptions(this.schema));
    this.others.push(client);
    await client.connect();
    return client;
  }

  async untilWaiting(sessions: number): Promise<void> {
    const waiting = `SELECT count(*)::int AS waiting FROM pg_stat_activity
                      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (performance.now() < giveUpAt) {
      const { rows } = await this.admin.query<{ waiting: number }>(waiting);
      if (rows[0]!.waiting >= sessions) return;
      await delay(POLL_MS);
    }
    throw new Error(`There are never ${sessions} sessions that wait for a lock.`);
  }

  /** Ends the sessions of others. */
  async sendOthersHome(): Promise<void> {
    await Promise.all(this.others.splice(0).map((client) => client.end()));
  }

  async close(): Promise<void> {
    await this.sendOthersHome();
    await this.dataSource.destroy();
    await this.owner.query(`DROP SCHEMA ${this.schema} CASCADE`);
    await Promise.all([this.owner.end(), this.admin.end()]);
  }
}

/** A connection that breaks tells so in the statement that runs: after a Ctrl-C, the server goes first. */
function clientOf(connectionString: string, options: string): Client {
  const client = new Client({ connectionString, options });
  client.on('error', () => undefined);
  return client;
}

function settingsAsOptions(schema: string): string {
  const all = { search_path: `${schema},public`, ...SETTINGS };
  return Object.entries(all)
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

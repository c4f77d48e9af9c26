import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, type QueryResultRow } from 'pg';
import { resetEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '../../../development-database';
import { migrate } from '../../../src/infrastructure/database/migrate';
import { untilGone } from '../../../test/support/service-process';
import { createFixture } from '../../bench/http/fixture';
import type { Fixture } from '../../bench/http/scenarios';
import type { Stage } from '../figure';

type Settings = Readonly<Record<string, string>>;

const POLL_MS = 20;

/** A commit survives a server that crashes; only a machine that crashes would lose it. */
const SETTINGS: Settings = { fsync: 'off', synchronous_commit: 'on' };

/** An embedded PostgreSQL that can be stopped and started again. */
export class Postgres {
  private constructor(
    /** Of the supervisor. */
    readonly directory: string,
    private settings: Settings,
    private server: EmbeddedPostgres,
  ) {}

  /** @param settings over those of every figure */
  static async start({ undo, signal }: Stage, settings: Settings = {}): Promise<Postgres> {
    const parent = await mkdtemp(join(tmpdir(), 'torture-'));
    undo.add(() => rm(parent, { recursive: true, force: true }));
    // If this process runs as root, the server runs as another user.
    await chmod(parent, 0o755);
    const directory = join(parent, 'postgres');
    undo.add(() => resetEmbeddedPostgres({ directory }));
    const all = { ...SETTINGS, ...settings };
    const postgres = new Postgres(directory, all, await startEmbeddedPostgres({ directory, settings: all, signal }));
    undo.add(() => postgres.server.stop());
    return postgres;
  }

  /** The same, migrated, with products and orders. */
  static async startWithShop(stage: Stage, settings: Settings = {}): Promise<Postgres & { readonly shop: Fixture }> {
    const postgres = await Postgres.start(stage, settings);
    await migrate(postgres.url);
    return Object.assign(postgres, { shop: await createFixture(postgres.adminUrl) });
  }

  get url(): string {
    return this.server.url;
  }

  get adminUrl(): string {
    return this.server.adminUrl;
  }

  /** An orderly stop. */
  async stop(): Promise<void> {
    await this.server.stop();
  }

  /** Ends the server as it is, without a checkpoint, like a crash. */
  async crash(): Promise<void> {
    const { pid } = this.server;
    this.server.killNow();
    await untilGone(pid);
  }

  /** On another port. @param settings in addition */
  async startAgain(settings: Settings = {}): Promise<void> {
    this.settings = { ...this.settings, ...settings };
    this.server = await startEmbeddedPostgres({ directory: this.directory, settings: this.settings });
  }

  /** A copy of this one, which is stopped; stopped, too. */
  async copy({ undo }: Pick<Stage, 'undo'>): Promise<Postgres> {
    const directory = `${this.directory}-copy`;
    // It keeps the owner of each file.
    await promisify(execFile)('cp', ['-a', this.directory, directory]);
    const copy = new Postgres(directory, this.settings, this.server);
    undo.add(() => resetEmbeddedPostgres({ directory }));
    undo.add(() => copy.server.stop());
    return copy;
  }

  /** Follows a primary, of which it is a copy, until it is promoted. */
  async startAsStandbyOf(primaryUrl: string): Promise<void> {
    await writeFile(join(this.directory, 'cluster', 'data', 'standby.signal'), '');
    await this.startAgain({ primary_conninfo: primaryUrl });
  }

  /** Waits until a statement counts this many. */
  async until(sql: string, count: number): Promise<void> {
    while ((await this.count(sql)) < count) await delay(POLL_MS);
  }

  /** Runs a statement as the superuser, on a new connection. */
  async rows<Row extends QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.adminUrl });
    // The session may be one of those that a figure ends.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  async count(sql: string, parameters: unknown[] = []): Promise<number> {
    const [row] = await this.rows<{ count: string }>(sql, parameters);
    return Number(row?.count);
  }
}

import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';
import { resetEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '../../development-database';
import { locate } from '../../development-database/location';
import type { UndoList } from '../../tools/undo-list';

const SETTINGS = { fsync: 'off' };

/** An embedded PostgreSQL of the test, which can be stopped and started again on the same port or another. */
export class TestServer {
  private constructor(
    private readonly directory: string,
    private settings: Readonly<Record<string, string>>,
    private server: EmbeddedPostgres,
  ) {}

  static async start(directory: string, settings: Readonly<Record<string, string>>): Promise<TestServer> {
    return new TestServer(directory, settings, await startEmbeddedPostgres({ directory, settings }));
  }

  get url(): string {
    return this.server.url;
  }

  get adminUrl(): string {
    return this.server.adminUrl;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  async startAgain(): Promise<void> {
    this.server = await startEmbeddedPostgres({ directory: this.directory, settings: this.settings });
  }

  /** Runs a statement as the superuser, on a new connection. */
  async rows<Row extends QueryResultRow = any>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.adminUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }
}

export interface ReplicatedPostgres {
  readonly primary: TestServer;
  /** Follows the primary until it is promoted. */
  readonly standby: TestServer;
}

/** @param prepare what is there before the standby is made of a copy; the undo removes both servers */
export async function startReplicatedPostgres(
  undo: UndoList,
  prepare: (primary: TestServer) => Promise<unknown>,
): Promise<ReplicatedPostgres> {
  const parent = await mkdtemp(join(tmpdir(), 'replicated-postgres-'));
  undo.add(() => rm(parent, { recursive: true, force: true }));
  await chmod(parent, 0o755);
  const [original, copy] = [join(parent, 'primary'), join(parent, 'standby')];
  for (const directory of [original, copy]) undo.add(() => resetEmbeddedPostgres({ directory }));
  const primary = await TestServer.start(original, SETTINGS);
  undo.add(() => primary.stop());
  await prepare(primary);
  await primary.stop();
  // It keeps the owner of each file.
  execFileSync('cp', ['-a', locate(original).home, locate(copy).home]);
  await writeFile(join(locate(copy).data, 'standby.signal'), '');
  await primary.startAgain();
  const standby = await TestServer.start(copy, { ...SETTINGS, primary_conninfo: primary.adminUrl });
  undo.add(() => standby.stop());
  return { primary, standby };
}

/** Waits until the standby has everything that the primary has at the moment. */
export async function untilReplayed({ primary, standby }: ReplicatedPostgres): Promise<void> {
  const [here] = await primary.rows<{ position: string }>('SELECT pg_current_wal_flush_lsn()::text AS position');
  const sql = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS replayed';
  while (!(await standby.rows<{ replayed: boolean }>(sql, [here?.position]))[0]?.replayed) await delay(10);
}

import { readFile } from 'node:fs/promises';
import { Client } from 'pg';

/** CPU nanoseconds so far, by process id. */
type CpuTimes = ReadonlyMap<number, number>;

/**
 * The CPU time of a PostgreSQL server on this machine: its backends, WAL writer, checkpointer and other workers, without the
 * connection that asks for them. Read from `/proc/<pid>/schedstat`, so on Linux only.
 */
export class DatabaseCpu {
  private constructor(private readonly client: Client) {}

  static async connect(adminUrl: string): Promise<DatabaseCpu> {
    const client = new Client({ connectionString: adminUrl });
    await client.connect();
    await client.query(`SET pg_stat_statements.track = 'none'`);
    return new DatabaseCpu(client);
  }

  /** @returns how many microseconds the server computed while `work` was done */
  async during(work: () => Promise<unknown>): Promise<number> {
    const before = await this.times();
    await work();
    const after = await this.times();
    let nanoseconds = 0;
    // A process that is new has done all of its work meanwhile.
    for (const [pid, time] of after) nanoseconds += time - (before.get(pid) ?? 0);
    return nanoseconds / 1_000;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async times(): Promise<CpuTimes> {
    const { rows } = await this.client.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
    );
    const times = new Map<number, number>();
    for (const { pid } of rows) {
      // A backend may have ended since it was listed.
      const schedstat = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => undefined);
      if (schedstat !== undefined) times.set(pid, Number(schedstat.split(' ', 1)[0]));
    }
    return times;
  }
}

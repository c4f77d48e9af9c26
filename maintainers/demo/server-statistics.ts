import type { Client } from 'pg';
import { CommandError } from '../../tools/command-line';
import { countsBy, type Counts, type StatementType } from '../../tools/demo/statement-counts';
import { typeOf } from './statement-type';

/** What PostgreSQL has counted so far of one role in one database. */
export interface ServerCounts {
  readonly queries: Counts;
  /** Number of times that PostgreSQL discarded statements because there were too many different ones. */
  readonly discarded: number;
}

/** @param role of the service @param client its statements are not counted for that role */
export async function readServerCounts(client: Client, role: string): Promise<ServerCounts> {
  const { rows } = await client.query<{ query: string | null; calls: string }>(
    `SELECT query, calls FROM pg_stat_statements
      WHERE toplevel AND userid = (SELECT oid FROM pg_roles WHERE rolname = $1)
        AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [role],
  );
  const calls = new Map<StatementType, number>();
  for (const { query, calls: more } of rows) {
    if (query === null || query === '<insufficient privilege>') {
      throw new CommandError(
        'The role of --database-url cannot read the statements of other roles: GRANT pg_read_all_stats to it, or give a URL for a superuser.',
      );
    }
    const type = typeOf(query);
    calls.set(type, (calls.get(type) ?? 0) + Number(more));
  }
  const info = await client.query<{ dealloc: string }>('SELECT dealloc FROM pg_stat_statements_info');
  return { queries: countsBy((type) => calls.get(type) ?? 0), discarded: Number(info.rows[0]?.dealloc ?? 0) };
}

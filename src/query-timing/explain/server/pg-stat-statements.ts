import { fromJson } from '../../globals';
import type { DataSource } from 'typeorm';
import { postgresConnector, type PgClient } from '../postgres/postgres-connector';
import { inTime } from '../side-connection';

/** An entry of the view, of one role. */
export interface ServerEntry {
  readonly query: string;
  readonly calls: number;
  readonly rows: number;
  readonly seconds: number;
  readonly planningSeconds: number;
  readonly plans: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly walBytes: number;
  /** Sent by a client, and not by a function. */
  readonly toplevel: boolean;
  /** Of another role. */
  readonly foreign: boolean;
}

export interface ServerView {
  readonly version: number;
  readonly since: string | null;
  readonly entries: readonly ServerEntry[];
}

/** There are no figures; the message says why. */
export class NoServerFiguresError extends Error {
  override readonly name = 'NoServerFiguresError';
}

const TIMEOUT_MS = 5000;
/** By their time. */
const MAX_ENTRIES = 5000;
const EXTENSION = `
SELECT pg_catalog.quote_ident(n.nspname) AS query_timing_schema FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`;

/** @throws NoServerFiguresError, or what the driver or the server reports */
export async function readPgStatStatements(dataSource: DataSource, timeoutMs = TIMEOUT_MS): Promise<ServerView> {
  const connector = postgresConnector(dataSource);
  let client: PgClient | undefined;
  const close = () => client && connector.destroy(client);
  const read = async () => {
    client = await connector.open(() => undefined);
    return readView(client, timeoutMs);
  };
  try {
    return await inTime(read(), timeoutMs, () => close());
  } finally {
    close();
  }
}

async function readView(client: PgClient, timeoutMs: number): Promise<ServerView> {
  await client.query({ text: `BEGIN READ ONLY; SET LOCAL statement_timeout = ${timeoutMs}` });
  const schema = (await client.query({ text: EXTENSION })).rows[0]?.['query_timing_schema'] as string | undefined;
  if (schema === undefined) {
    throw new NoServerFiguresError(
      'The extension pg_stat_statements is not in this database: CREATE EXTENSION pg_stat_statements, ' +
        'and shared_preload_libraries must name it.',
    );
  }
  const { rows } = await client.query({ text: viewSql(schema) });
  await client.query({ text: 'ROLLBACK' });
  return fromJson(rows[0]!['query_timing_view'] as string) as ServerView;
}

const viewSql = (schema: string) => `
SELECT pg_catalog.json_build_object(
  'version', pg_catalog.current_setting('server_version_num')::int,
  'since', (SELECT pg_catalog.to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM ${schema}.pg_stat_statements_info),
  'entries', COALESCE((SELECT pg_catalog.json_agg(e) FROM (
    SELECT query, calls, rows, total_exec_time / 1000 AS seconds, total_plan_time / 1000 AS "planningSeconds", plans,
           shared_blks_hit AS "blocksHit", shared_blks_read AS "blocksRead", wal_bytes AS "walBytes", toplevel,
           userid <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) AS foreign
      FROM ${schema}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
     ORDER BY total_exec_time DESC LIMIT ${MAX_ENTRIES}) AS e), '[]')
)::text AS query_timing_view`;

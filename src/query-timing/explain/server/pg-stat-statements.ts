import { fromJson } from '../../globals';
import type { DataSource } from 'typeorm';
import type { ServerFigures } from '../../model/server-statements';
import { postgresConnector, type PgClient } from '../postgres/postgres-connector';
import { usedOnce } from '../side-connection';
import { MAX_ENTRIES, NoServerFiguresError, OWN, TIMEOUT_MS, type ServerEntry, type ServerView } from './server-view';

/** An entry of the view, of one role. */
interface Entry extends ServerEntry {
  /** Sent by a client, and not by a function. */
  readonly toplevel: boolean;
  /** Of another role. */
  readonly foreign: boolean;
}

interface View {
  readonly version: number;
  readonly since: string | null;
  readonly entries: readonly Entry[];
}

const HIDDEN = '<insufficient privilege>';
const FOLDING_VERSION = 180_000;
const EXTENSION = `
SELECT pg_catalog.quote_ident(n.nspname) AS query_timing_schema FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`;

/** @throws NoServerFiguresError, or what the driver or the server reports */
export async function readPgStatStatements(dataSource: DataSource, timeoutMs = TIMEOUT_MS): Promise<ServerView> {
  const read = (client: PgClient) => readView(client, timeoutMs);
  return serverView(await usedOnce(postgresConnector(dataSource), timeoutMs, read));
}

function serverView({ version, since, entries }: View): ServerView {
  const others = entries.filter(({ query }) => !OWN.test(query));
  return {
    source: 'pg_stat_statements',
    since: since ?? undefined,
    entries: others.filter(({ query, toplevel }) => toplevel && query !== HIDDEN),
    keyOf,
    notesOf: (matched) => notesOf(version, others, matched),
  };
}

/** Here, literals are `?` and placeholders are numbered; there, both are numbered. */
const keyOf = (statement: string): string => statement.replaceAll(/\$\d+/g, '?').trimEnd().replace(/;$/, '');

function notesOf(version: number, entries: readonly Entry[], matched: readonly ServerFigures[]): string[] {
  const nested = entries.filter(({ toplevel }) => !toplevel).length;
  const hidden = entries.filter(({ query }) => query === HIDDEN).length;
  const roles = entries.some(({ foreign }) => foreign);
  const folded = matched.some(({ entries: several }) => several > 1);
  return [
    ...(folded && version < FOLDING_VERSION
      ? ['Before PostgreSQL 18, the server has one entry for each length of a list; they are added up.']
      : []),
    ...(folded && version >= FOLDING_VERSION
      ? ['The server has several entries for a statement that differ in what is one text here; they are added up.']
      : []),
    ...(nested > 0
      ? [`${nested} statements that functions run are left out: they are part of the statement that calls.`]
      : []),
    ...(roles ? ['Statements of other roles are part of the figures.'] : []),
    ...(hidden > 0
      ? [`The texts of ${hidden} statements of other roles are hidden: GRANT pg_read_all_stats to see them.`]
      : []),
  ];
}

async function readView(client: PgClient, timeoutMs: number): Promise<View> {
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
  return fromJson(rows[0]!['query_timing_view'] as string) as View;
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

import { fromJson } from '../../globals';
import type { DataSource } from 'typeorm';
import { postgresConnector, type PgClient } from '../postgres/postgres-connector';
import { usedOnce } from '../side-connection';
import { MAX_ENTRIES, NoServerFiguresError, OWN, TIMEOUT_MS, type ServerEntry, type ServerView } from './server-view';

/** An entry of the view, of one role. */
interface Entry extends ServerEntry {
  /** Sent by a client, and not by a function. */
  readonly toplevel: boolean;
  /** Who sent it. */
  readonly role: number;
  /** Of another role than the one that reads. */
  readonly foreign: boolean;
}

interface View {
  readonly version: number;
  readonly since: string | null;
  /** How often it has dropped the statements with the fewest calls, for others. */
  readonly dropped: number;
  /** For this role: the settings without which nothing is counted. */
  readonly track: string;
  readonly queryIds: string;
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

function serverView(view: View): ServerView<Entry> {
  const others = view.entries.filter(({ query }) => !OWN.test(query));
  const sent = others.filter(({ toplevel }) => toplevel);
  const entries = sent.filter(({ query }) => query !== HIDDEN);
  const left = { nested: others.length - sent.length, hidden: sent.length - entries.length };
  return {
    source: 'pg_stat_statements',
    since: view.since ?? undefined,
    entries,
    seconds: sent.reduce((sum, { seconds }) => sum + seconds, 0),
    keyOf,
    notesOf: (matched) => [
      ...severalNotes(view.version, matched),
      ...(left.nested > 0
        ? [`${left.nested} statements that functions run are left out: they are part of the statement that calls.`]
        : []),
      ...(entries.some(({ foreign }) => foreign) ? ['Statements of other roles are part of the figures.'] : []),
      ...(left.hidden > 0
        ? [
            `The texts of ${left.hidden} statements of other roles are hidden, and they are left out: ` +
              'GRANT pg_read_all_stats to see them.',
          ]
        : []),
      ...lossNotes(view),
    ],
  };
}

/** Here, literals are `?` and placeholders are numbered; there, both are numbered. */
const keyOf = (statement: string): string => statement.replaceAll(/\$\d+/g, '?').trimEnd().replace(/;$/, '');

/** Why a statement of this process has several entries. Those of several roles are in another note. */
function severalNotes(version: number, matched: readonly (readonly Entry[])[]): string[] {
  const several = matched.flatMap((entries) => [...groupedBy(entries, ({ role }) => role).values()]);
  const texts = several.map((entries) => new Set(entries.map(({ query }) => query)).size);
  const hasLists = version < FOLDING_VERSION && texts.some((size) => size > 1);
  const hasOthers = several.some(({ length }, i) => length > (hasLists ? texts[i]! : 1));
  return [
    ...(hasLists
      ? ['Before PostgreSQL 18, the server has one entry for each length of a list; they are added up.']
      : []),
    ...(hasOthers
      ? [
          'The server has several entries for a statement that differ in what is one text here (a literal or a ' +
            'parameter, the schema); they are added up.',
        ]
      : []),
  ];
}

function groupedBy<T, Key>(items: readonly T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Why figures are missing. */
function lossNotes({ dropped, track, queryIds }: View): string[] {
  return [
    ...(dropped > 0
      ? [
          `The server has dropped the statements with the fewest calls, ${dropped} times, and their figures with them: ` +
            'pg_stat_statements.max is too low.',
        ]
      : []),
    ...(track === 'none' ? ['The server counts no statement of this role: pg_stat_statements.track = none.'] : []),
    ...(queryIds === 'off' ? ['The server counts no statement of this role: compute_query_id = off.'] : []),
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
  'dropped', (SELECT dealloc FROM ${schema}.pg_stat_statements_info),
  'track', pg_catalog.current_setting('pg_stat_statements.track'),
  'queryIds', pg_catalog.current_setting('compute_query_id'),
  'entries', COALESCE((SELECT pg_catalog.json_agg(e) FROM (
    SELECT query, calls, rows, total_exec_time / 1000 AS seconds, total_plan_time / 1000 AS "planningSeconds", plans,
           shared_blks_hit AS "blocksHit", shared_blks_read AS "blocksRead", wal_bytes AS "walBytes", toplevel,
           userid::bigint AS role,
           userid <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) AS foreign
      FROM ${schema}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
     ORDER BY total_exec_time DESC LIMIT ${MAX_ENTRIES}) AS e), '[]')
)::text AS query_timing_view`;

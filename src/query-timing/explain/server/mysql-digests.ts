import type { DataSource } from 'typeorm';
import { isoTime } from '../../globals';
import { rowsOf, type MySqlConnection } from '../mysql/mysql-connector';
import { mysqlSession } from '../mysql/mysql-session';
import { tokensOf } from '../mysql/tokens';
import { usedOnce } from '../side-connection';
import { Token } from '../../sql/lexer';
import { digestKey } from './digest-key';
import { MAX_ENTRIES, NoServerFiguresError, OWN, TIMEOUT_MS, type ServerEntry, type ServerView } from './server-view';

const SETTINGS = 'SELECT @@performance_schema AS query_timing_on, @@max_digest_length AS longest';
const CONSUMER =
  "SELECT ENABLED AS query_timing_enabled FROM performance_schema.setup_consumers WHERE NAME = 'statements_digest'";
const DIGESTS = `
SELECT DIGEST_TEXT AS query_timing_text, COUNT_STAR AS calls, SUM_TIMER_WAIT / 1e12 AS seconds,
       SUM_ROWS_SENT + SUM_ROWS_AFFECTED AS returned, SUM_ROWS_EXAMINED AS examined
  FROM performance_schema.events_statements_summary_by_digest
 WHERE SCHEMA_NAME = DATABASE() AND DIGEST_TEXT IS NOT NULL ORDER BY SUM_TIMER_WAIT DESC LIMIT ${MAX_ENTRIES}`;
const REST = `
SELECT UNIX_TIMESTAMP(MIN(FIRST_SEEN)) AS query_timing_since, COALESCE(SUM(IF(DIGEST IS NULL, COUNT_STAR, 0)), 0) AS lost
  FROM performance_schema.events_statements_summary_by_digest`;
/** Of the longest digest: one that is nearly as long may be a part of a longer statement. */
const NEARLY = 0.9;

/** @throws NoServerFiguresError, or what the driver or the server reports */
export const readDigests = (dataSource: DataSource): Promise<ServerView> =>
  usedOnce(mysqlSession(dataSource, TIMEOUT_MS), TIMEOUT_MS, readView);

async function readView(connection: MySqlConnection): Promise<ServerView> {
  const [settings] = await rowsOf(connection, SETTINGS);
  if (Number(settings?.['query_timing_on']) !== 1) {
    throw new NoServerFiguresError(
      'The server was started without performance_schema=ON, which is off by default on MariaDB.',
    );
  }
  const rows = await rowsOf(connection, DIGESTS);
  if (rows.length === 0) await requireConsumer(connection);
  const longest = Number(settings?.['longest']);
  const [rest] = await rowsOf(connection, REST);
  const since = Number(rest?.['query_timing_since'] ?? 0) * 1000;
  const lost = Number(rest?.['lost'] ?? 0);
  const entries = rows.map((row) => entryOf(row, longest)).filter(({ query }) => !OWN.test(query));
  return {
    source: 'events_statements_summary_by_digest',
    since: since > 0 ? isoTime(since) : undefined,
    entries,
    seconds: entries.reduce((sum, entry) => sum + entry.seconds, 0),
    keyOf: digestKey,
    notesOf: (matched) => notesOf(matched, longest, lost),
  };
}

async function requireConsumer(connection: MySqlConnection): Promise<void> {
  const [consumer] = await rowsOf(connection, CONSUMER);
  if (consumer?.['query_timing_enabled'] !== 'NO') return;
  throw new NoServerFiguresError(
    'The consumer statements_digest of performance_schema is off: set it in setup_consumers.',
  );
}

function entryOf(row: Readonly<Record<string, unknown>>, longest: number): ServerEntry {
  const query = String(row['query_timing_text']);
  return {
    query,
    calls: Number(row['calls']),
    rows: Number(row['returned']),
    rowsExamined: Number(row['examined']),
    seconds: Number(row['seconds']),
    cut: query.length * 2 > longest && digestBytes(query) > NEARLY * longest,
  };
}

/** Two for a token, and for a name those of the name and its length. */
function digestBytes(digest: string): number {
  const tokens = tokensOf(digest) ?? [];
  return tokens.reduce(
    (sum, { kind, text }) => sum + (kind === Token.QuotedIdentifier ? 4 + Buffer.byteLength(text) : 2),
    0,
  );
}

function notesOf(matched: readonly (readonly ServerEntry[])[], longest: number, lost: number): string[] {
  const folded = matched.some(({ length }) => length > 1);
  return [
    'Statements of other users are part of the figures.',
    ...(folded
      ? ['The server has several entries for a statement that differ in what is one text here; they are added up.']
      : []),
    `The server distinguishes long statements by their beginning only (max_digest_length: ${longest} bytes).`,
    ...(lost > 0
      ? [`${lost} statements have no entry: the table of the server is full (performance_schema_digests_size).`]
      : []),
  ];
}

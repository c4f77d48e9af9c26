import type { DataSource } from 'typeorm';
import type { ServerFigures, ServerStatement, ServerStatements } from '../../model/server-statements';
import type { StatementFigures } from '../../sinks/statement-table';
import { NoServerFiguresError, readPgStatStatements, type ServerEntry, type ServerView } from './pg-stat-statements';

const MAX_STATEMENTS = 50;
const MAX_OTHERS = 10;
/** What runs around the statements of an application. */
const CONTROL =
  /^\s*(?:begin|start|commit|end|rollback|savepoint|release|set|reset|show|prepare|deallocate|explain|discard)\b/i;
/** What this library asks for itself. */
const OWN = /query_timing_|hypopg_/;
const FOLDING_VERSION = 180_000;

interface Known {
  readonly statements: readonly StatementFigures[];
  /** Of all data statements. */
  readonly seconds: number;
}

/** Never rejects: without the figures of the server, it says why there are none. */
export async function serverStatementsOf(
  dataSource: DataSource,
  known: Known,
  normalised: (sql: string) => string,
): Promise<ServerStatements> {
  try {
    if (dataSource.options.type !== 'postgres') {
      throw new NoServerFiguresError(`The TypeORM driver "${dataSource.options.type}" has no such figures here.`);
    }
    return joined(await readPgStatStatements(dataSource), known, normalised);
  } catch (error) {
    return {
      source: undefined,
      reason: reasonOf(error),
      since: undefined,
      statements: bySeconds(known).map((one) => statementOf(one, known.seconds, undefined)),
      others: [],
      notes: [],
    };
  }
}

/** The message of a driver may have values. */
function reasonOf(error: unknown): string {
  if (error instanceof NoServerFiguresError) return error.message;
  const { code } = error as { readonly code?: unknown };
  const known = typeof code === 'string' && /^\w{1,40}$/.test(code) ? ` (${code})` : '';
  return code === '55000'
    ? 'The server was started without pg_stat_statements in shared_preload_libraries.'
    : `The figures of the server could not be read${known}.`;
}

function joined(
  { version, since, entries }: ServerView,
  known: Known,
  normalised: (sql: string) => string,
): ServerStatements {
  const own = entries.filter(({ query }) => !OWN.test(query));
  const visible = own.filter(({ query, toplevel }) => toplevel && query !== '<insufficient privilege>');
  const seconds = visible.reduce((sum, entry) => sum + entry.seconds, 0);
  const groups = new Map<string, { readonly statement: string; readonly entries: ServerEntry[] }>();
  for (const entry of visible) {
    const statement = normalised(entry.query);
    const key = keyOf(statement);
    const group = groups.get(key);
    if (group) group.entries.push(entry);
    else groups.set(key, { statement, entries: [entry] });
  }
  const keys = new Set(known.statements.map(({ text }) => keyOf(text)));
  const figures = new Map([...groups].map(([key, group]) => [key, figuresOf(group.statement, group.entries, seconds)]));
  const others = [...figures].filter(([key, { statement }]) => !keys.has(key) && !CONTROL.test(statement));
  return {
    source: 'pg_stat_statements',
    reason: undefined,
    since: since ?? undefined,
    statements: bySeconds(known).map((one) => statementOf(one, known.seconds, figures.get(keyOf(one.text)))),
    others: others
      .map(([, one]) => one)
      .sort((a, b) => b.calls * b.meanMs - a.calls * a.meanMs)
      .slice(0, MAX_OTHERS),
    notes: notesOf(
      version,
      own,
      [...figures].filter(([key]) => keys.has(key)).map(([, one]) => one),
    ),
  };
}

/** Here, literals are `?` and placeholders are numbered; there, both are numbered. */
const keyOf = (statement: string): string => statement.replaceAll(/\$\d+/g, '?').trimEnd().replace(/;$/, '');

const bySeconds = ({ statements }: Known): StatementFigures[] =>
  [...statements].sort((a, b) => b.seconds - a.seconds).slice(0, MAX_STATEMENTS);

function statementOf(figures: StatementFigures, all: number, server: ServerFigures | undefined): ServerStatement {
  const { hash, text, calls, seconds } = figures;
  const meanMs = (seconds / calls) * 1000;
  return {
    fingerprint: hash,
    statement: text,
    calls,
    meanMs,
    share: all > 0 ? seconds / all : 0,
    server,
    outsideMs: server && meanMs - server.meanMs - (server.planningMs ?? 0),
  };
}

function figuresOf(statement: string, entries: readonly ServerEntry[], all: number): ServerFigures {
  const sum = (figure: (entry: ServerEntry) => number) => entries.reduce((total, entry) => total + figure(entry), 0);
  const calls = sum((entry) => entry.calls);
  const plans = sum((entry) => entry.plans);
  const seconds = sum((entry) => entry.seconds);
  return {
    statement,
    entries: entries.length,
    calls,
    meanMs: calls > 0 ? (seconds / calls) * 1000 : 0,
    share: all > 0 ? seconds / all : 0,
    rows: sum((entry) => entry.rows),
    blocksHit: sum((entry) => entry.blocksHit),
    blocksRead: sum((entry) => entry.blocksRead),
    planningMs: plans > 0 ? (sum((entry) => entry.planningSeconds) / plans) * 1000 : undefined,
    walBytes: sum((entry) => entry.walBytes),
  };
}

function notesOf(version: number, entries: readonly ServerEntry[], matched: readonly ServerFigures[]): string[] {
  const nested = entries.filter(({ toplevel }) => !toplevel).length;
  const hidden = entries.filter(({ query }) => query === '<insufficient privilege>').length;
  const roles = entries.some(({ foreign }) => foreign);
  const folded = matched.some(({ entries: several }) => several > 1);
  return [
    'The server counts what all processes send, since its own start or reset; this process counts its own statements.',
    'Statements that fail or are cancelled count here and not on the server.',
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

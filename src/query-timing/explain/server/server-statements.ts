import type { DataSource } from 'typeorm';
import type { ServerFigures, ServerStatement, ServerStatements } from '../../model/server-statements';
import type { StatementFigures } from '../../sinks/statement-table';
import { readDigests } from './mysql-digests';
import { readPgStatStatements } from './pg-stat-statements';
import { NoServerFiguresError, type ServerEntry, type ServerView } from './server-view';

const MAX_STATEMENTS = 50;
const MAX_OTHERS = 10;
/** What runs around the statements of an application. */
const CONTROL =
  /^\s*(?:begin|start|commit|end|rollback|savepoint|release|set|reset|show|prepare|deallocate|explain|discard)\b/i;
const READERS: Readonly<Record<string, (dataSource: DataSource) => Promise<ServerView>>> = {
  postgres: readPgStatStatements,
  mysql: readDigests,
  mariadb: readDigests,
};
/** After an upgrade of the server, the extension has its former columns and views. */
const OUTDATED =
  'The extension pg_stat_statements is older than the server: ALTER EXTENSION pg_stat_statements UPDATE.';
/** Codes of servers, with what to do about them. */
const REASONS: Readonly<Record<string, string>> = {
  55000: 'The server was started without pg_stat_statements in shared_preload_libraries.',
  42703: OUTDATED,
  '42P01': OUTDATED,
  42501:
    'The role may not read pg_stat_statements: GRANT USAGE on its schema, and SELECT on pg_stat_statements and pg_stat_statements_info.',
  ER_TABLEACCESS_DENIED_ERROR:
    'The user may not read the figures: GRANT SELECT ON performance_schema.events_statements_summary_by_digest.',
};

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
    const { type } = dataSource.options;
    if (!Object.hasOwn(READERS, type)) {
      throw new NoServerFiguresError(`The TypeORM driver "${type}" has no such figures here.`);
    }
    return joined(await READERS[type]!(dataSource), known, normalised);
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
  if (typeof code !== 'string') return 'The figures of the server could not be read.';
  const known = /^\w{1,40}$/.test(code) ? ` (${code})` : '';
  return REASONS[code] ?? `The figures of the server could not be read${known}.`;
}

interface Group {
  readonly statement: string;
  readonly entries: ServerEntry[];
}

function joined(view: ServerView, known: Known, normalised: (sql: string) => string): ServerStatements {
  const { entries, keyOf, source, since, seconds } = view;
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const statement = normalised(entry.query);
    const key = keyOf(statement);
    const group = groups.get(key);
    if (group) group.entries.push(entry);
    else groups.set(key, { statement, entries: [entry] });
  }
  const figures = new Map([...groups].map(([key, group]) => [key, figuresOf(group.statement, group.entries, seconds)]));
  const cut = [...groups].filter(([, group]) => group.entries.some((entry) => entry.cut)).map(([key]) => key);
  const entryOf = (statement: string): string | undefined => {
    const key = keyOf(statement);
    return figures.has(key) ? key : cut.find((beginning) => key.startsWith(`${beginning} `));
  };
  const keys = new Map(known.statements.map(({ text }) => [text, entryOf(text)]));
  const matched = new Set(keys.values());
  const others = [...figures].filter(([key, { statement }]) => !matched.has(key) && !CONTROL.test(statement));
  const statements = bySeconds(known).map((one) =>
    statementOf(one, known.seconds, figures.get(keys.get(one.text) ?? '')),
  );
  return {
    source,
    reason: undefined,
    since,
    statements,
    others: others
      .map(([, one]) => one)
      .sort((a, b) => b.calls * b.meanMs - a.calls * a.meanMs)
      .slice(0, MAX_OTHERS),
    notes: [
      'The server counts what all processes send, since its own start or reset; this process counts its own statements.',
      'Statements that fail or are cancelled count here and not on the server.',
      ...fewerNotes(statements),
      ...view.notesOf([...groups].filter(([key]) => matched.has(key)).map(([, group]) => group.entries)),
    ],
  };
}

/** The calls of one statement cannot be more here than everywhere. */
function fewerNotes(statements: readonly ServerStatement[]): string[] {
  const fewer = statements.filter(({ calls, server }) => server && server.calls < calls).length;
  if (fewer === 0) return [];
  return [
    `Statements with fewer calls on the server than here: ${fewer}. Calls have failed, or the server was reset or had no room for them.`,
  ];
}

const bySeconds = ({ statements }: Known): StatementFigures[] =>
  [...statements].sort((a, b) => b.seconds - a.seconds).slice(0, MAX_STATEMENTS);

function statementOf(figures: StatementFigures, all: number, server: ServerFigures | undefined): ServerStatement {
  const { hash, text, calls, seconds, poolSeconds, queuedSeconds } = figures;
  const meanMs = (seconds / calls) * 1000;
  return {
    fingerprint: hash,
    statement: text,
    calls,
    meanMs,
    share: all > 0 ? seconds / all : 0,
    server,
    outsideMs: server && meanMs - server.meanMs - (server.planningMs ?? 0),
    poolMs: (poolSeconds / calls) * 1000,
    queuedMs: (queuedSeconds / calls) * 1000,
  };
}

function figuresOf(statement: string, entries: readonly ServerEntry[], all: number): ServerFigures {
  const sum = (figure: (entry: ServerEntry) => number) => entries.reduce((total, entry) => total + figure(entry), 0);
  const counted = (figure: (entry: ServerEntry) => number | undefined) =>
    figure(entries[0]!) === undefined ? undefined : sum((entry) => figure(entry)!);
  const calls = sum((entry) => entry.calls);
  const plans = counted((entry) => entry.plans) ?? 0;
  const seconds = sum((entry) => entry.seconds);
  return {
    statement,
    entries: entries.length,
    calls,
    meanMs: calls > 0 ? (seconds / calls) * 1000 : 0,
    share: all > 0 ? seconds / all : 0,
    rows: sum((entry) => entry.rows),
    rowsExamined: counted((entry) => entry.rowsExamined),
    blocksHit: counted((entry) => entry.blocksHit),
    blocksRead: counted((entry) => entry.blocksRead),
    planningMs: plans > 0 ? (sum((entry) => entry.planningSeconds!) / plans) * 1000 : undefined,
    walBytes: counted((entry) => entry.walBytes),
  };
}

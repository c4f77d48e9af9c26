import type { ServerFigures } from '../model/server-statements';
import type { StatementPlan } from '../model/statement-plan';
import type { QueryStatsSummary } from '../sinks/statistics';

/*
 * What the page gets, each second: a complete message first, then what has changed. Durations are in milliseconds, times
 * in milliseconds since 1970. Nothing in here is a value: statements are normalised, and the rest are names and figures.
 */

export interface PageMessage {
  /** True for the first message of a connection. */
  readonly complete: boolean;
  /** Of a complete message: another one for each process that serves the page. */
  readonly instance?: string;
  readonly now: number;
  readonly sources: readonly SourceMessage[];
  /** Units of work by name; absent if none has changed. */
  readonly units?: readonly UnitRow[];
  /** Repeated statements in units of work; absent if none has changed. */
  readonly findings?: readonly FindingRow[];
}

export interface SourceMessage {
  readonly name: string;
  readonly driver: string;
  /** Whether units of work are counted. */
  readonly scopes: boolean;
  readonly summary: Omit<QueryStatsSummary, 'slowestQueries'>;
  /** The curves: all points of the last minutes in a complete message, then one per message. */
  readonly points: readonly Point[];
  readonly pools: readonly PoolRow[];
  /** Statements whose figures have changed. */
  readonly statements: readonly StatementRow[];
  /** Fingerprints of statements that have lost their row. */
  readonly gone: readonly string[];
  /** New plans of the slowest statements and of the last slow ones, with the option `explain`. */
  readonly plans: readonly PlanRow[];
  readonly slow: readonly SlowEvent[];
  readonly errors: readonly ErrorEvent[];
  /** Null if the server has none; absent if they have not changed. */
  readonly server?: ServerMessage | null;
}

/** The figures of the database server, read twice a minute. */
export interface ServerMessage {
  readonly source: string;
  /** Since when the server counts. */
  readonly since?: string | undefined;
  /** When they were read. */
  readonly time: number;
  /** Those of this process, then those that others send. */
  readonly statements: readonly ServerRow[];
  readonly notes: readonly string[];
}

export interface ServerRow {
  /** Empty for a statement that this process does not send. */
  readonly fingerprint: string;
  readonly statement: string;
  /** In this process. */
  readonly calls?: number;
  readonly meanMs?: number;
  readonly share?: number;
  readonly outsideMs?: number | undefined;
  readonly poolMs?: number;
  readonly queuedMs?: number;
  /** Absent if the server has no such statement. */
  readonly server?: Omit<ServerFigures, 'statement' | 'entries'>;
}

export interface PlanRow {
  readonly fingerprint: string;
  readonly plan: StatementPlan;
}

/** What happened in one second. */
export interface Point {
  readonly time: number;
  readonly statements: number;
  /** Of data statements that ended in this second; 0 without any. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly slow: number;
  readonly errors: number;
  readonly timeouts: number;
  /** Of all pools together. */
  readonly active: number;
  readonly idle: number;
  readonly pending: number;
  readonly max: number;
  readonly commits: number;
  readonly rollbacks: number;
  /** In transactions that ended in this second, and the part of it without a statement. */
  readonly transactionMs: number;
  readonly idleMs: number;
  readonly acquired: number;
  readonly acquireFailures: number;
  readonly waitMs: number;
  readonly maxWaitMs: number;
}

export interface PoolRow {
  readonly role: string;
  readonly active: number;
  readonly idle: number;
  readonly pending: number;
  /** Null without a limit. */
  readonly max: number | null;
}

export interface StatementRow {
  readonly fingerprint: string;
  /** The text and the type are sent once. */
  readonly statement?: string;
  readonly queryType?: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly maxMs: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly rows: number;
  readonly lastSeen: number;
  /** One digit per octave of the duration, from 15 µs on. */
  readonly shape: string;
  readonly scope?: string | undefined;
  readonly caller?: string | undefined;
  readonly requestId?: string | undefined;
}

interface StatementEvent {
  readonly id: number;
  readonly time: number;
  readonly fingerprint: string;
  readonly statement: string;
  readonly queryType: string;
  readonly ms: number;
  readonly scope?: string | undefined;
  readonly caller?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface SlowEvent extends StatementEvent {
  readonly queuedMs: number;
  readonly poolMs: number;
  readonly rows?: number | undefined;
  readonly failed: boolean;
}

export interface ErrorEvent extends StatementEvent {
  readonly errorClass: string;
  readonly sqlState?: string | undefined;
  readonly errno?: number | undefined;
  readonly constraint?: string | undefined;
}

export interface UnitRow {
  readonly name: string;
  readonly handler?: string | undefined;
  readonly units: number;
  readonly statements: number;
  readonly maxStatements: number;
  readonly ms: number;
  readonly maxMs: number;
  readonly elapsedMs: number;
  readonly poolMs: number;
  readonly rows: number;
  readonly errors: number;
  /** Units with a finding of either kind. */
  readonly repeated: number;
  readonly exceeded: number;
  readonly budget?: { readonly statements?: number; readonly repeated?: number; readonly ms?: number } | undefined;
  readonly lastSeen: number;
}

export interface FindingRow {
  readonly scope: string;
  readonly handler?: string | undefined;
  readonly requestId?: string | undefined;
  readonly fingerprint: string;
  readonly statement: string;
  readonly dataSource?: string | undefined;
  readonly relation?: string | undefined;
  readonly lookup?: string | undefined;
  readonly caller?: string | undefined;
  readonly hint: string;
  /** Units with this finding, and how often it was repeated in one of them at most. */
  readonly units: number;
  readonly maxCount: number;
  /** Of all of them together. */
  readonly ms: number;
  readonly lastSeen: number;
}

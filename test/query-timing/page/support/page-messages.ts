import type {
  ErrorEvent,
  FindingRow,
  PageMessage,
  Point,
  SlowEvent,
  SourceMessage,
  StatementRow,
} from '../../../../src/query-timing/page/messages';
import { QUERY_TYPES } from '../../../../src/query-timing/sql/query-type';

/** The time of the server in the messages of a test. */
export const NOW = Date.UTC(2026, 0, 31, 12);

const NO_PERCENTILES = { p50Ms: 0, p95Ms: 0, p99Ms: 0 };
const byType = <T>(value: T) => Object.fromEntries(QUERY_TYPES.map((type) => [type, value]));

export type Summary = SourceMessage['summary'];

export function aSummary(more: Partial<Summary> = {}): Summary {
  return {
    totalQueries: 0,
    slowQueries: 0,
    slowPercentage: 0,
    totalDurationMs: 0,
    averageDurationMs: 0,
    errors: 0,
    timeouts: 0,
    connectionFailures: 0,
    transactionControl: { total: 0, totalDurationMs: 0, averageDurationMs: 0 },
    queriesByType: byType(0) as Summary['queriesByType'],
    percentiles: NO_PERCENTILES,
    percentilesByType: byType(NO_PERCENTILES) as Summary['percentilesByType'],
    otherStatements: { total: 0, totalDurationMs: 0, averageDurationMs: 0 },
    plans: undefined,
    ...more,
  };
}

export function aPoint(time: number, more: Partial<Point> = {}): Point {
  const durations = { p50: 0, p95: 0, p99: 0 };
  const pool = { active: 0, idle: 0, pending: 0, max: 0 };
  const transactions = { commits: 0, rollbacks: 0, transactionMs: 0, idleMs: 0 };
  const waits = { acquired: 0, acquireFailures: 0, waitMs: 0, maxWaitMs: 0 };
  const counts = { statements: 0, slow: 0, errors: 0, timeouts: 0 };
  return { time, ...counts, ...durations, ...pool, ...transactions, ...waits, ...more };
}

/** One per second, up to a time. */
export const pointsUntil = (time: number, seconds: number, more: Partial<Point> = {}): Point[] =>
  Array.from({ length: seconds }, (_, i) => aPoint(time - (seconds - 1 - i) * 1000, more));

export function aStatement(fingerprint: string, more: Partial<StatementRow> = {}): StatementRow {
  const durations = { totalMs: 10, maxMs: 10, p50: 10, p95: 10, p99: 10 };
  const statement = `SELECT ${fingerprint} FROM teas`;
  const about = { fingerprint, statement, queryType: 'SELECT', rows: 1, lastSeen: NOW, shape: '0009' };
  return { calls: 1, ...about, ...durations, ...more };
}

export function aSlowOne(id: number, more: Partial<SlowEvent> = {}): SlowEvent {
  const about = { time: NOW, fingerprint: `f${id}`, statement: `SELECT slow_${id} FROM teas`, queryType: 'SELECT' };
  return { id, ms: 250, queuedMs: 0, poolMs: 0, rows: 1, failed: false, ...about, ...more };
}

export function anError(id: number, more: Partial<ErrorEvent> = {}): ErrorEvent {
  const about = { time: NOW, fingerprint: `f${id}`, statement: `SELECT bad_${id} FROM teas`, queryType: 'SELECT' };
  return { id, ms: 2, errorClass: 'syntax', ...about, ...more };
}

export function aFinding(fingerprint: string, more: Partial<FindingRow> = {}): FindingRow {
  const counts = { units: 1, maxCount: 25, ms: 30, lastSeen: NOW };
  const hint = `${fingerprint} was loaded 25 times`;
  return { scope: 'GET /teas', fingerprint, statement: `SELECT ${fingerprint} FROM teas`, hint, ...counts, ...more };
}

export function aPlan(summary: string) {
  const capturedAt = '2026-01-31T12:00:00.000Z';
  return { summary, nodes: [], findings: [], cost: 1, basis: 'Planned for unknown values.', capturedAt };
}

export function aSource(more: Partial<SourceMessage> = {}): SourceMessage {
  const lists = { points: [], pools: [], statements: [], gone: [], plans: [], slow: [], errors: [] };
  return { name: 'default', driver: 'postgres', scopes: true, summary: aSummary(), ...lists, ...more };
}

/** The first message of a connection. */
export function firstMessage(source: Partial<SourceMessage> = {}, more: Partial<PageMessage> = {}): PageMessage {
  return {
    complete: true,
    instance: 'first',
    now: NOW,
    sources: [aSource({ server: null, ...source })],
    units: [],
    findings: [],
    ...more,
  };
}

/** A later message. */
export function nextMessage(
  now: number,
  source: Partial<SourceMessage> = {},
  more: Partial<PageMessage> = {},
): PageMessage {
  return { complete: false, now, sources: [aSource({ points: [aPoint(now)], ...source })], ...more };
}

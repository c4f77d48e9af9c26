import { count, duration } from './format';
import type { Tab } from './route';
import type { Source } from './store';

export type Level = 'quiet' | 'well' | 'warn' | 'bad';

export interface Verdict {
  readonly level: Level;
  readonly text: string;
  readonly reasons: readonly { readonly text: string; readonly tab: Tab }[];
}

const PENDING_SECONDS = 3;
const MAX_ERROR_SHARE = 0.01;
const MINUTE = 60_000;

/** Whether it is well, from the last minute. */
export function verdictOf(source: Source, findings: readonly { readonly lastSeen: number }[], now: number): Verdict {
  const points = source.lastMinute(now);
  const sum = (of: (point: (typeof points)[number]) => number) => points.reduce((total, point) => total + of(point), 0);
  const statements = sum((point) => point.statements);
  const errors = sum((point) => point.errors);
  const timeouts = sum((point) => point.timeouts);
  const slow = sum((point) => point.slow);
  const failures = sum((point) => point.acquireFailures);
  const waiting = points.filter(({ pending }) => pending > 0).length;
  const repeated = findings.filter(({ lastSeen }) => lastSeen > now - MINUTE).length;

  const bad = failures > 0 || timeouts > 0 || waiting >= PENDING_SECONDS || errors > statements * MAX_ERROR_SHARE;
  const some = (many: number, one: string, more: string, tab: Tab) =>
    many === 0 ? [] : [{ text: `${count(many)} ${many === 1 ? one : more}`, tab }];
  const reasons = [
    ...some(
      failures,
      'connection refused by the pool or the server',
      'connections refused by the pool or the server',
      'errors',
    ),
    ...some(errors, 'failed statement', 'failed statements', 'errors'),
    ...some(timeouts, 'timeout', 'timeouts', 'errors'),
    ...some(
      waiting,
      'second with requests that waited for the pool',
      'seconds with requests that waited for the pool',
      'units',
    ),
    ...some(slow, 'slow statement', 'slow statements', 'slow'),
    ...some(repeated, 'repeated statement in units of work', 'repeated statements in units of work', 'repeated'),
  ];
  if (bad) return { level: 'bad', text: 'Needs attention', reasons };
  if (reasons.length > 0) return { level: 'warn', text: 'Worth a look', reasons };
  if (statements === 0) return { level: 'quiet', text: 'Quiet: no statements in the last minute', reasons };
  const p95 = Math.max(0, ...points.map((point) => point.p95));
  return {
    level: 'well',
    text: `All is well: no errors, nothing slow, p95 at most ${duration(p95)} in a second`,
    reasons,
  };
}

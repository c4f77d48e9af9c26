import type { ErrorEvent, Point, SlowEvent } from '../messages';
import { count, duration } from './format';
import type { Tab } from './route';

export type Level = 'quiet' | 'well' | 'warn' | 'bad';

export interface Verdict {
  readonly level: Level;
  readonly text: string;
  readonly reasons: readonly { readonly text: string; readonly tab: Tab }[];
}

/** What the verdict is about: the journals also have what happened before the first point. */
export interface Evidence {
  readonly points: readonly Point[];
  readonly slow: readonly SlowEvent[];
  readonly errors: readonly ErrorEvent[];
  readonly findings: readonly { readonly lastSeen: number }[];
}

const PENDING_SECONDS = 3;
const MAX_ERROR_SHARE = 0.01;
const MINUTE = 60_000;
/** What is younger still goes on. */
const CURRENT_MS = 3_000;

/** How often something happened in the last minute, and when for the last time. */
interface Happened {
  readonly times: number;
  readonly last: number;
}

/** Whether it is well, from the last minute. */
export function verdictOf(evidence: Evidence, now: number): Verdict {
  const isRecent = (time: number) => time > now - MINUTE;
  const points = evidence.points.filter(({ time }) => isRecent(time));
  const inPoints = (of: (point: Point) => number): Happened => ({
    times: points.reduce((total, point) => total + of(point), 0),
    last: Math.max(0, ...points.filter((point) => of(point) > 0).map(({ time }) => time)),
  });
  const inJournal = (times: readonly number[]): Happened => {
    const recent = times.filter(isRecent);
    return { times: recent.length, last: Math.max(0, ...recent) };
  };
  /** A journal has the last ones only, and points those that were watched. */
  const happened = (of: (point: Point) => number, events: readonly { readonly time: number }[]): Happened => {
    const [seen, noted] = [inPoints(of), inJournal(events.map(({ time }) => time))];
    return { times: Math.max(seen.times, noted.times), last: Math.max(seen.last, noted.last) };
  };
  const isConnection = ({ queryType }: ErrorEvent) => queryType === 'CONNECT';
  const failed = evidence.errors.filter((event) => !isConnection(event));
  const statements = inPoints((point) => point.statements).times;
  const failures = happened((point) => point.acquireFailures, evidence.errors.filter(isConnection));
  const errors = happened((point) => point.errors, failed);
  const timedOut = failed.filter(({ errorClass }) => errorClass === 'timeout');
  const timeouts = happened((point) => point.timeouts, timedOut);
  const slow = happened((point) => point.slow, evidence.slow);
  const waiting = inPoints(({ pending }) => (pending > 0 ? 1 : 0));
  const repeated = inJournal(evidence.findings.map(({ lastSeen }) => lastSeen));

  const bad =
    failures.times > 0 ||
    timeouts.times > 0 ||
    waiting.times >= PENDING_SECONDS ||
    errors.times > statements * MAX_ERROR_SHARE;
  const some = ({ times, last }: Happened, one: string, more: string, tab: Tab) => {
    const since = now - last < CURRENT_MS ? '' : `, the last ${Math.round((now - last) / 1000)} s ago`;
    return times === 0 ? [] : [{ text: `${count(times)} ${times === 1 ? one : more}${since}`, tab }];
  };
  const reasons = [
    ...some(failures, 'connection lost or refused', 'connections lost or refused', 'errors'),
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
  if (points.length === 0) return { level: 'quiet', text: 'Nothing known yet: waiting for the next second', reasons };
  const span = spanOf(points);
  if (statements === 0) return { level: 'quiet', text: `Quiet: no statements in ${span}`, reasons };
  const p95 = Math.max(0, ...points.map((point) => point.p95));
  return {
    level: 'well',
    text: `All is well in ${span}: no errors, nothing slow, p95 at most ${duration(p95)} in a second`,
    reasons,
  };
}

/** Points begin when the page is opened. */
function spanOf({ length }: readonly Point[]): string {
  if (length >= 55) return 'the last minute';
  return length === 1 ? 'the last second' : `the last ${length} seconds`;
}

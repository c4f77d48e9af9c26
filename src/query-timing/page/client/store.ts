import type {
  ErrorEvent,
  FindingRow,
  PageMessage,
  PlanRow,
  Point,
  ServerMessage,
  SlowEvent,
  SourceMessage,
  StatementRow,
  UnitRow,
} from '../messages';
import { kindOfEvent, leastMissed } from '../least-missed';
import { setServerTime } from './server-time';

const MAX_POINTS = 600;
const MAX_EVENTS = 100;
/** As many as the server keeps. */
const MAX_FINDINGS = 50;
const MINUTE = 60_000;

/** A statement as the page has it: with its text, and with how much of the last minute it took. */
export interface Statement extends StatementRow {
  readonly statement: string;
  readonly queryType: string;
  readonly meanMs: number;
  /** Milliseconds in the database per second, in the last minute. */
  readonly load: number;
}

interface Tracked {
  row: Statement;
  /** Time and total of the last minute. */
  readonly history: [number, number][];
}

/** What is known of one DataSource. */
export class Source {
  message!: SourceMessage;
  points: Point[] = [];
  /** By fingerprint. */
  readonly plans = new Map<string, PlanRow['plan']>();
  slow: readonly SlowEvent[] = [];
  errors: readonly ErrorEvent[] = [];
  /** Undefined if the server has no figures. */
  server: ServerMessage | undefined;
  private readonly tracked = new Map<string, Tracked>();

  apply(message: SourceMessage, complete: boolean, now: number): void {
    this.message = message;
    if (complete) {
      this.points = [...message.points];
      const present = new Set(message.statements.map(({ fingerprint }) => fingerprint));
      for (const fingerprint of this.tracked.keys()) if (!present.has(fingerprint)) this.tracked.delete(fingerprint);
    } else {
      this.points.push(...message.points);
      if (this.points.length > MAX_POINTS) this.points.splice(0, this.points.length - MAX_POINTS);
    }
    for (const row of message.statements) this.track(row, now, complete);
    for (const fingerprint of message.gone) this.tracked.delete(fingerprint);
    for (const tracked of this.tracked.values()) this.refreshLoad(tracked, now);
    for (const { fingerprint, plan } of message.plans) this.plans.set(fingerprint, plan);
    if (message.server !== undefined) this.server = message.server ?? undefined;
    this.slow = newestFirst(this.slow, message.slow);
    this.errors = newestFirst(this.errors, message.errors);
    this.forgetPlans();
  }

  get statements(): Statement[] {
    return [...this.tracked.values()].map(({ row }) => row);
  }

  statement(fingerprint: string): Statement | undefined {
    return this.tracked.get(fingerprint)?.row;
  }

  /** The points of the last minute. */
  lastMinute(now: number): Point[] {
    return this.points.filter(({ time }) => time > now - MINUTE);
  }

  /** Those of statements that are no longer shown. */
  private forgetPlans(): void {
    const shown = new Set([...this.slow, ...this.errors].map(({ fingerprint }) => fingerprint));
    for (const fingerprint of this.plans.keys()) {
      if (!this.tracked.has(fingerprint) && !shown.has(fingerprint)) this.plans.delete(fingerprint);
    }
  }

  private track(row: StatementRow, now: number, complete: boolean): void {
    const known = this.tracked.get(row.fingerprint);
    const statement = row.statement ?? known?.row.statement ?? '';
    const queryType = row.queryType ?? known?.row.queryType ?? 'OTHER';
    const meanMs = row.calls === 0 ? 0 : row.totalMs / row.calls;
    const history: [number, number][] = known === undefined || row.totalMs < known.row.totalMs ? [] : known.history;
    // One that is new has run since the last message.
    if (history.length === 0 && !complete) history.push([now - 1000, 0]);
    history.push([now, row.totalMs]);
    this.tracked.set(row.fingerprint, { row: { ...row, statement, queryType, meanMs, load: 0 }, history });
  }

  private refreshLoad(tracked: Tracked, now: number): void {
    const { history, row } = tracked;
    while (history.length > 1 && history[1]![0] <= now - MINUTE) history.shift();
    const [since, before] = history[0]!;
    const seconds = Math.min(60, Math.max(1, (now - since) / 1000));
    const load = (row.totalMs - before) / seconds;
    if (load !== row.load) tracked.row = { ...row, load };
  }
}

/** Everything that the page shows, put together from the messages. */
export class Store {
  now = 0;
  readonly sources = new Map<string, Source>();
  readonly units = new Map<string, UnitRow>();
  readonly findings = new Map<string, FindingRow>();
  private instance: string | undefined;

  apply({ complete, instance, now, sources, units = [], findings = [] }: PageMessage): void {
    this.now = now;
    setServerTime(now);
    if (complete) {
      // Another process has other figures, and perhaps other DataSources.
      if (instance !== this.instance) this.sources.clear();
      this.instance = instance;
      this.units.clear();
      this.findings.clear();
    }
    sources.forEach((message) => {
      const source = this.sources.get(message.name) ?? new Source();
      this.sources.set(message.name, source);
      source.apply(message, complete, now);
    });
    for (const unit of units) this.units.set(unit.name, unit);
    for (const finding of findings) this.addFinding(finding);
  }

  /** At the end: the first one of a map is the oldest. */
  private addFinding(finding: FindingRow): void {
    const key = findingKey(finding);
    this.findings.delete(key);
    this.findings.set(key, finding);
    if (this.findings.size > MAX_FINDINGS) this.findings.delete(this.findings.keys().next().value!);
  }
}

export const findingKey = ({ scope, fingerprint }: FindingRow): string => `${scope} ${fingerprint}`;

function newestFirst<T extends SlowEvent | ErrorEvent>(known: readonly T[], added: readonly T[]): readonly T[] {
  if (added.length === 0) return known;
  const last = known[0]?.id ?? 0;
  const fresh = added.filter(({ id }) => id > last).reverse();
  const oldestFirst = [...fresh, ...known].reverse();
  while (oldestFirst.length > MAX_EVENTS) oldestFirst.splice(leastMissed(oldestFirst.map(kindOfEvent)), 1);
  return oldestFirst.reverse();
}

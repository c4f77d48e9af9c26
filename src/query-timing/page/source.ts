import { monotonicNow, wallClockNow } from '../globals';
import type { TimingView } from '../query-timing';
import { CELLS, percentilesOf } from '../sinks/duration-digest';
import type { QueryStatsSummary } from '../sinks/statistics';
import type { StatementWithSpread } from '../sinks/statement-table';
import { LiveCounters } from './live-counters';
import type { PlanRow, Point, PoolRow, SourceMessage, StatementRow } from './messages';
import { ServerReader } from './server-reader';
import { StatementJournal } from './statement-journal';
import type { UnitJournal } from './unit-journal';

/** Ten minutes. */
const MAX_POINTS = 600;
const NOTHING: ReadonlyMap<string, number> = new Map();

/** What the page shows of one DataSource. It costs nothing until someone watches, except for slow and failed statements. */
export class PageSource {
  private readonly journal = new StatementJournal();
  private counters: LiveCounters | undefined;
  private points: Point[] = [];
  /** Calls by fingerprint, as the watchers know them. */
  private readonly knownCalls = new Map<string, number>();
  private cells: Float64Array = new Float64Array(CELLS);
  private last: QueryStatsSummary | undefined;
  /** When the plans were captured that the watchers know, by fingerprint. */
  private readonly knownPlans = new Map<string, string>();
  private readonly server: ServerReader;
  private lastSlow = 0;
  private lastError = 0;

  constructor(
    private readonly view: TimingView,
    private readonly units: UnitJournal,
  ) {
    this.server = new ServerReader(() => view.server());
    view.add(this.journal, 'page');
    if (view.scopes) view.add(units, 'page.units', units);
  }

  /** From now on the counters run. */
  open(): void {
    this.counters = new LiveCounters();
    this.view.add(this.counters, 'page.live');
    this.server.restart();
    this.last = this.view.summary();
    this.cells = this.view.stats.durationCells();
    this.remember();
    const oldest = wallClockNow() - MAX_POINTS * 1000;
    this.points = this.points.filter(({ time }) => time > oldest);
  }

  close(): void {
    if (this.counters) this.view.remove(this.counters);
    this.counters = undefined;
  }

  end(): void {
    this.close();
    this.view.remove(this.journal);
    this.view.remove(this.units);
  }

  /** Everything, as of the last {@link next}. */
  complete(): SourceMessage {
    const { view, journal, points } = this;
    return {
      ...this.head(this.last ?? view.summary()),
      points,
      statements: view.stats.changedStatements(NOTHING).map((statement) => this.rowOf(statement, true)),
      gone: [],
      plans: this.presentPlans(this.last ?? view.summary()),
      slow: journal.slow.after(0),
      errors: journal.errors.after(0),
      server: this.server.current,
    };
  }

  /** What has changed since the last call. */
  next(now: number): SourceMessage {
    const { view, journal } = this;
    const summary = view.summary();
    const point = this.pointOf(now, summary);
    if (this.points.length === MAX_POINTS) this.points.shift();
    this.points.push(point);
    const isNew = (fingerprint: string) => !this.knownCalls.has(fingerprint);
    const statements = view.stats
      .changedStatements(this.knownCalls)
      .map((statement) => this.rowOf(statement, isNew(statement.hash)));
    const gone = [...this.knownCalls.keys()].filter((fingerprint) => !view.stats.hasStatement(fingerprint));
    const slow = journal.slow.after(this.lastSlow);
    const errors = journal.errors.after(this.lastError);
    this.remember(statements, gone);
    this.last = summary;
    const plans = this.newPlans(summary);
    return { ...this.head(summary), points: [point], statements, gone, plans, slow, errors, ...this.server.next(now) };
  }

  private head({ slowestQueries: _, ...summary }: QueryStatsSummary) {
    const { name, driver, scopes } = this.view;
    return { name, driver, scopes, summary, pools: this.pools() };
  }

  private newPlans(summary: QueryStatsSummary): PlanRow[] {
    const present = this.presentPlans(summary);
    const plans = present.filter(({ fingerprint, plan }) => this.knownPlans.get(fingerprint) !== plan.capturedAt);
    this.knownPlans.clear();
    for (const { fingerprint, plan } of present) this.knownPlans.set(fingerprint, plan.capturedAt);
    return plans;
  }

  /** Those of the slowest statements and of the last slow ones. */
  private presentPlans({ slowestQueries }: QueryStatsSummary): PlanRow[] {
    const shown = new Set([...slowestQueries, ...this.journal.slow.after(0)].map(({ fingerprint }) => fingerprint));
    return [...shown].flatMap((fingerprint) => {
      const plan = this.view.planOf(fingerprint);
      return plan === undefined ? [] : [{ fingerprint, plan }];
    });
  }

  private pools(): PoolRow[] {
    return this.view.pools().map(({ role, active, idle, pending, max }) => {
      return { role, active, idle, pending, max: Number.isFinite(max) ? max : null };
    });
  }

  private pointOf(now: number, summary: QueryStatsSummary): Point {
    const cells = this.view.stats.durationCells();
    const before = this.cells;
    this.cells = cells;
    const wasReset = summary.totalQueries < this.last!.totalQueries;
    const ended = wasReset ? cells : cells.map((count, cell) => count - before[cell]!);
    const [p50, p95, p99] = percentilesOf(ended, [0.5, 0.95, 0.99]).map((seconds) => rounded(seconds * 1000));
    const since = (figure: 'totalQueries' | 'slowQueries' | 'errors' | 'timeouts') =>
      wasReset ? summary[figure] : summary[figure] - this.last![figure];
    const pool = { active: 0, idle: 0, pending: 0, max: 0 };
    for (const { active, idle, pending, max } of this.view.pools()) {
      pool.active += active;
      pool.idle += idle;
      pool.pending += pending;
      pool.max += Number.isFinite(max) ? max : 0;
    }
    return {
      time: now,
      statements: since('totalQueries'),
      p50: p50!,
      p95: p95!,
      p99: p99!,
      slow: since('slowQueries'),
      errors: since('errors'),
      timeouts: since('timeouts'),
      ...pool,
      ...this.counters!.take(),
    };
  }

  /** What the watchers know from now on: everything, or what they have been sent. */
  private remember(statements: readonly StatementRow[] = this.all(), gone: readonly string[] = []): void {
    for (const { fingerprint, calls } of statements) this.knownCalls.set(fingerprint, calls);
    for (const fingerprint of gone) this.knownCalls.delete(fingerprint);
    this.lastSlow = this.journal.slow.lastId;
    this.lastError = this.journal.errors.lastId;
  }

  private all(): StatementRow[] {
    this.knownCalls.clear();
    return this.view.stats.changedStatements(NOTHING).map((statement) => this.rowOf(statement, false));
  }

  private rowOf(statement: StatementWithSpread, isNew: boolean): StatementRow {
    const { hash, text, queryType, calls, seconds, maxSeconds, rows, lastEnd, shape, origin } = statement;
    const [p50, p95, p99] = statement.percentiles.map((each) => Math.min(each, maxSeconds) * 1000);
    return {
      fingerprint: hash,
      ...(isNew && { statement: text, queryType }),
      calls,
      totalMs: seconds * 1000,
      maxMs: maxSeconds * 1000,
      p50: p50!,
      p95: p95!,
      p99: p99!,
      rows,
      lastSeen: Math.round(wallClockNow() - (monotonicNow() - lastEnd)),
      shape,
      scope: this.units.senderOf(hash),
      ...origin,
    };
  }
}

/** To microseconds: further digits are noise. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

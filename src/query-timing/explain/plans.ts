import { AsyncResource } from 'node:async_hooks';
import type { DataSource } from 'typeorm';
import { soon } from '../globals';
import type { QueryRecord } from '../model/query-record';
import type { PlanCounts, StatementPlan } from '../model/statement-plan';
import { followLifetime } from '../probes/data-source-lifetime';
import type { RecordSink } from '../recorder/record-sink';
import type { PlanSource } from '../sinks/statistics';
import { BEGIN } from '../sql/query-type';
import type { ResolvedExplainOptions } from './explain-options';
import { kindsOf } from './parameter-kinds';
import { plannable } from './plannable';
import type { Planner, PlanRequest } from './plan-request';
import type { plannerFor } from './planner';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Statements that are remembered. With four new ones per minute, an hour has fewer. */
const MAX_STATEMENTS = 500;

export interface PlanListener {
  captured(plan: StatementPlan, fingerprint: string, statement: string): void;
  /** A fault of this library, not of the database. */
  failed(error: unknown): void;
}

interface Request extends PlanRequest {
  readonly fingerprint: string;
  readonly statement: string;
}

/**
 * The plans of slow statements. A query only leaves its text here; the plan is asked for later, at most once per statement
 * and hour. What plans is loaded with the first of them.
 */
export class Plans implements PlanSource, RecordSink {
  private readonly plans = new Map<string, StatementPlan>();
  /** When a plan was asked for, by fingerprint. */
  private readonly asked = new Map<string, number>();
  private readonly counted = { captured: 0, failed: 0, skipped: 0 };
  private readonly waiting: Request[] = [];
  private working = false;
  private minuteStart = -Infinity;
  private askedInMinute = 0;
  private planner: Planner | undefined;
  private readonly dataSource: WeakRef<DataSource>;
  /** So that no plan runs in the context of a request. */
  private readonly context = new AsyncResource('QueryTimingPlans');
  private readonly unfollow: () => void;

  constructor(
    dataSource: DataSource,
    private readonly options: ResolvedExplainOptions,
    private readonly listener: PlanListener,
  ) {
    this.dataSource = new WeakRef(dataSource);
    const closed = () => this.close();
    this.unfollow = followLifetime(dataSource, { opened: () => undefined, ready: () => undefined, closed });
  }

  get counts(): PlanCounts {
    return { ...this.counted };
  }

  planOf(fingerprint: string): StatementPlan | undefined {
    return this.plans.get(fingerprint);
  }

  record(query: QueryRecord): void {
    if (!query.slow || query.typeIndex >= BEGIN || (query.failed && query.errorClass !== 'timeout')) return;
    const { fingerprint, endedAt, sql } = query;
    const asked = this.asked.get(fingerprint);
    if (asked !== undefined && endedAt - asked < HOUR) return;
    if (!this.hasBudget(endedAt)) {
      this.counted.skipped++;
      return;
    }
    remember(this.asked, fingerprint, endedAt);
    const request = plannable(sql, query.dialect);
    if (request === undefined) {
      this.counted.skipped++;
      return;
    }
    this.askedInMinute++;
    const kinds = kindsOf(query.parameters);
    // A stream may have been left before its end.
    const rows = query.failed || query.stream !== undefined ? undefined : query.rows;
    this.waiting.push({ sql, fingerprint, statement: query.statement, kinds, rows, ...request });
    this.start();
  }

  /** Closes the connection. The plans remain. */
  close(): void {
    this.waiting.length = 0;
    this.planner?.close();
    this.planner = undefined;
  }

  /** Ends it permanently. */
  end(): void {
    this.unfollow();
    this.close();
  }

  private hasBudget(now: number): boolean {
    if (now - this.minuteStart >= MINUTE) {
      this.minuteStart = now;
      this.askedInMinute = 0;
    }
    return this.askedInMinute < this.options.perMinute;
  }

  private start(): void {
    if (this.working) return;
    this.working = true;
    this.context.runInAsyncScope(() => soon(() => void this.work()));
  }

  private async work(): Promise<void> {
    for (let request = this.waiting.shift(); request !== undefined; request = this.waiting.shift()) {
      await this.capture(request);
    }
    this.working = false;
  }

  private async capture(request: Request): Promise<void> {
    try {
      const planner = this.loadedPlanner();
      if (planner === undefined) return;
      const plan = await planner.plan(request);
      if (plan === undefined) {
        this.counted.skipped++;
        return;
      }
      this.counted.captured++;
      remember(this.plans, request.fingerprint, plan);
      this.listener.captured(plan, request.fingerprint, request.statement);
    } catch (error) {
      this.counted.failed++;
      // Whatever the database or the network refuses is only counted.
      if (error instanceof TypeError || error instanceof RangeError) this.listener.failed(error);
    }
  }

  private loadedPlanner(): Planner | undefined {
    const dataSource = this.dataSource.deref();
    if (dataSource === undefined || !dataSource.isInitialized) return undefined;
    return (this.planner ??= load()(dataSource, this.options.timeoutMs));
  }
}

function load(): typeof plannerFor {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded with the first slow statement
  return (require('./planner') as { readonly plannerFor: typeof plannerFor }).plannerFor;
}

/** As the newest one; the oldest is forgotten. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_STATEMENTS) map.delete(map.keys().next().value!);
}

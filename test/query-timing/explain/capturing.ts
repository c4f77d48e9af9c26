import type { DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import type { ExplainOptions, QueryTiming, StatementPlan } from '../../../src/query-timing/index';

/** Time limits of the server that a busy machine does not reach. */
const EXPLAIN = { perMinute: 60, timeoutMs: 60_000 };

export interface Capturing {
  readonly timing: QueryTiming;
  /** All entries of the log. */
  readonly entries: readonly Readonly<Record<string, unknown>>[];
  planOf(fingerprint: unknown): StatementPlan | undefined;
  /** Runs statements and waits until as many requests for plans have ended. */
  plansOf(work: () => Promise<unknown>, plans?: number): Promise<readonly StatementPlan[]>;
}

/** A timing to which every statement is slow. */
export function capturing(dataSource: DataSource, explain: ExplainOptions = EXPLAIN): Capturing {
  const entries: Record<string, unknown>[] = [];
  let onEntry = () => undefined as void;
  const take = (entry: object) => {
    entries.push({ ...entry });
    onEntry();
  };
  const logger = { warn: take, info: take };
  const timing = installQueryTiming(dataSource, { slowQueryThresholdMs: 0, explain, logger });
  const captured = () => timing.getSummary().plans!.captured;
  return {
    timing,
    entries,
    planOf: (fingerprint) => {
      const lists = (['max', 'total', 'calls'] as const).map((sortBy) => timing.getSummary({ sortBy }).slowestQueries);
      return lists.flat().find((one) => one.fingerprint === fingerprint)?.plan;
    },
    async plansOf(work, plans = 1) {
      const wanted = captured() + plans;
      const done = new Promise<void>((resolve) => (onEntry = () => captured() >= wanted && resolve()));
      await work();
      await done;
      return timing.getSummary({ sortBy: 'calls' }).slowestQueries.flatMap(({ plan }) => plan ?? []);
    },
  };
}

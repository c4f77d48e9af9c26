import type { QueryRunner } from 'typeorm';
import type { CalledMethod } from '../scopes/callers/callers';
import type { Probe } from './probe';
import { connectedRunner, driverOf, replaceInsertEvent, replaceRunnerMethod, type Broadcaster } from './runner-class';
import type { StatementCompletion } from './statement-completion';

/** What each watched DataSource reports to, by its driver. */
const completions = new WeakMap<object, StatementCompletion>();

/**
 * Sees each call of `queryRunner.query()`, while the line of code that has caused it is still on the stack. It is attached
 * when the first caller is wanted, which may be never.
 */
export const callProbe: Probe = (dataSource, completion) => {
  let restore: ((() => void) | undefined)[] = [];
  const watch = () => {
    completions.set(dataSource.driver, completion);
    restore = [
      replaceRunnerMethod(dataSource, 'query', reporting),
      completion.callers.watchesInserts ? replaceInsertEvent(dataSource, inserting) : undefined,
    ];
    completion.callers.setWatch(undefined);
  };
  completion.callers.setWatch(watch);
  return () => {
    completion.callers.setWatch(undefined);
    completions.delete(dataSource.driver);
    for (const one of restore) one?.();
  };
};

/** Never throws. */
export function noteCall(runner: QueryRunner, query: unknown, parameters: unknown, method: CalledMethod): void {
  const completion = completions.get(driverOf(runner));
  if (completion === undefined) return;
  try {
    completion.callers.called(connectedRunner(runner), query, parameters, method);
  } catch (error) {
    completion.observer.probeFailed('query_probe', error);
  }
}

/** The statement that is being passed on. A replacement that could not be removed may lie under a later one. */
let passing: unknown;

const reporting = (original: QueryRunner['query']): QueryRunner['query'] => {
  const query = function (this: QueryRunner, ...args: Parameters<QueryRunner['query']>) {
    if (passing === args[0]) return original.apply(this, args);
    noteCall(this, args[0], args[1], query);
    passing = args[0];
    try {
      return original.apply(this, args);
    } finally {
      passing = undefined;
    }
  };
  return query as QueryRunner['query'];
};

/** TypeORM waits for its own event before it sends an INSERT, and the stack has lost the caller by then. */
const inserting = (original: Broadcaster['broadcastBeforeInsertEvent']): Broadcaster['broadcastBeforeInsertEvent'] => {
  const broadcast = function (this: Broadcaster, ...event: unknown[]) {
    noteInsert(this.queryRunner, broadcast);
    original.apply(this, event);
  };
  return broadcast;
};

function noteInsert(runner: QueryRunner, method: CalledMethod): void {
  const completion = completions.get(driverOf(runner));
  if (completion === undefined) return;
  try {
    completion.callers.inserting(runner, method);
  } catch (error) {
    completion.observer.probeFailed('query_probe', error);
  }
}

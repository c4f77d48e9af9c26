import type { QueryRunner } from 'typeorm';
import type { CalledMethod } from '../scopes/callers/callers';
import type { Probe } from './probe';
import {
  CHANGE_EVENTS,
  connectedRunner,
  driverOf,
  replaceChangeEvent,
  replaceRunnerMethod,
  type Broadcast,
} from './runner-class';
import type { StatementCompletion } from './statement-completion';
import { textOf } from './statement-text';

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
    restore = [replaceRunnerMethod(dataSource, 'query', reporting)];
    if (completion.callers.watchesChanges) {
      for (const name of CHANGE_EVENTS) restore.push(replaceChangeEvent(dataSource, name, REPORTING[name] ?? changing));
    }
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
    // Drivers accept an object with the text and the parameters, too.
    if (typeof query === 'string') completion.callers.called(connectedRunner(runner), query, parameters, method);
    else completion.callers.called(connectedRunner(runner), textOf(query), query, method);
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

const changing = (original: Broadcast): Broadcast =>
  function (batch, ...event) {
    // A query builder names its table and its values only: it has no entity.
    if (event.length > 2) noteChange(this.queryRunner, batch);
    original.call(this, batch, ...event);
  };

/** TypeORM waits for its own event before it sends an INSERT, and the stack has lost the caller by then. */
const inserting = (original: Broadcast): Broadcast => {
  const broadcast: Broadcast = function (batch, ...event) {
    noteChange(this.queryRunner, batch, broadcast);
    original.call(this, batch, ...event);
  };
  return broadcast;
};

const REPORTING: Partial<Record<(typeof CHANGE_EVENTS)[number], (original: Broadcast) => Broadcast>> = {
  broadcastBeforeInsertEvent: inserting,
};

function noteChange(runner: QueryRunner, batch: unknown, insertedBy?: CalledMethod): void {
  const completion = completions.get(driverOf(runner));
  if (completion === undefined) return;
  try {
    completion.callers.changing(runner, batch, insertedBy);
  } catch (error) {
    completion.observer.probeFailed('query_probe', error);
  }
}

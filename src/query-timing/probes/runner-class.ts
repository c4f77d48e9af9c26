import type { DataSource, QueryRunner } from 'typeorm';
import { replaceMethod } from './method-replacement';

type MethodName = 'query' | 'stream';

/** The events that TypeORM sends before it changes what was passed to `save()` or `remove()`, one per entity. */
export const CHANGE_EVENTS = [
  'broadcastBeforeInsertEvent',
  'broadcastBeforeUpdateEvent',
  'broadcastBeforeRemoveEvent',
  'broadcastBeforeSoftRemoveEvent',
  'broadcastBeforeRecoverEvent',
] as const;
type ChangeEvent = (typeof CHANGE_EVENTS)[number];

/** TypeORM's broadcaster of events, one per query runner. `batch` is the same object for all entities of one call. */
export type Broadcaster = { readonly queryRunner: QueryRunner } & Record<ChangeEvent, Broadcast>;
export type Broadcast = (this: Broadcaster, batch: unknown, ...event: unknown[]) => void;

/** By class: the methods that are replaced, and how many DataSources need that. */
const replaced = new Map<object, Map<PropertyKey, { users: number; restore: () => void }>>();

/**
 * Replaces a method in the class of a DataSource's query runners, once for all DataSources with that class. That costs the
 * creation of a query runner nothing, and whatever another library puts on a query runner stays there.
 *
 * @param replacement the same function for all DataSources
 * @returns the function that removes it with its last user; undefined if the class has no such method
 */
export function replaceRunnerMethod<K extends MethodName>(
  dataSource: DataSource,
  name: K,
  replacement: (original: QueryRunner[K]) => QueryRunner[K],
): (() => void) | undefined {
  const runnerClass = runnerClassOf(dataSource, name);
  return runnerClass && replaceInClass(runnerClass, name, replacement);
}

/** The same for an event of {@link CHANGE_EVENTS}. */
export function replaceChangeEvent(
  dataSource: DataSource,
  name: ChangeEvent,
  replacement: (original: Broadcast) => Broadcast,
): (() => void) | undefined {
  try {
    const runner = dataSource.driver.createQueryRunner('master') as unknown as { broadcaster?: Broadcaster };
    const broadcasters = runner.broadcaster && (Object.getPrototypeOf(runner.broadcaster) as Broadcaster);
    return broadcasters && replaceInClass(broadcasters, name, replacement);
  } catch {
    return undefined;
  }
}

function replaceInClass<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  replacement: (original: T[K]) => T[K],
): () => void {
  const methods = replaced.get(prototype) ?? new Map<PropertyKey, { users: number; restore: () => void }>();
  const use = methods.get(name) ?? { users: 0, restore: replaceMethod(prototype, name, replacement) };
  use.users++;
  replaced.set(prototype, methods.set(name, use));
  return () => {
    if (--use.users > 0) return;
    methods.delete(name);
    if (methods.size === 0) replaced.delete(prototype);
    use.restore();
  };
}

/** The query runner that TypeORM's events name, if this one is derived from it. */
export function connectedRunner(runner: QueryRunner): object {
  return (runner as unknown as { broadcaster?: { queryRunner?: object } }).broadcaster?.queryRunner ?? runner;
}

export function driverOf(runner: unknown): object {
  return (runner as { driver: object }).driver;
}

/** The class that a driver's query runners are instances of. Drivers create a query runner without a connection. */
function runnerClassOf({ driver }: DataSource, method: MethodName): QueryRunner | undefined {
  try {
    let prototype = Object.getPrototypeOf(driver.createQueryRunner('master')) as QueryRunner | null;
    // Between a query runner and its class there may be another one that a library derived it from.
    while (prototype !== null && !Object.hasOwn(prototype, 'constructor')) {
      prototype = Object.getPrototypeOf(prototype) as QueryRunner | null;
    }
    return typeof prototype?.[method] === 'function' ? prototype : undefined;
  } catch {
    return undefined;
  }
}

import type { DataSource } from 'typeorm';
import { activeSpan } from '../model/active-span';
import { scopeName } from '../scopes/scope-name';
import { scopeStore } from '../scopes/scope-store';
import { dialectOf } from '../sql/dialect';
import { QUERY_TYPES, QueryTypes } from '../sql/query-type';
import { sqlComment, withComment } from '../sql/sql-comment';
import { replaceMethod } from './method-replacement';
import type { Probe } from './probe';

/** Drivers whose connections take a text, as `query(text, …)`. */
const DRIVERS = new Set(['postgres', 'cockroachdb', 'mysql', 'mariadb']);

/**
 * Comments are for statements that read or write data: PostgreSQL 15 and earlier identify all others by their text, so that
 * each comment would make another one.
 */
const LAST_COMMENTED = QUERY_TYPES.indexOf('DELETE');

interface Connection {
  query(...args: unknown[]): unknown;
}

interface PooledDriver {
  obtainMasterConnection(): Promise<unknown>;
  obtainSlaveConnection(): Promise<unknown>;
}

/**
 * Appends the route and the trace to statements on their way to the database, as sqlcommenter does. It replaces the method
 * of the connection, which TypeORM calls: its events, its log and the counts have the statement without the comment.
 */
export const commentProbe: Probe = (dataSource, { observer }) => {
  if (!DRIVERS.has(dataSource.options.type)) return () => undefined;
  const commented = commenterOf(dataSource);
  const connections = new WeakSet<object>();
  let attached = true;

  const commenting = (original: Connection['query']): Connection['query'] =>
    function (this: Connection, ...args) {
      if (attached) args[0] = guarded(this, args[0]);
      return original.apply(this, args);
    };

  const guarded = (connection: object, query: unknown): unknown => {
    try {
      return commented(connection, query);
    } catch (error) {
      observer.probeFailed('query_probe', error);
      return query;
    }
  };

  const acquired = (obtained: unknown) => {
    const connection: unknown = Array.isArray(obtained) ? obtained[0] : obtained;
    if (!attached || typeof connection !== 'object' || connection === null || connections.has(connection)) return;
    connections.add(connection);
    replaceMethod(connection as Connection, 'query', commenting);
  };

  const watching = (original: () => Promise<unknown>) =>
    function (this: PooledDriver): Promise<unknown> {
      const promise = original.call(this);
      // Before the caller gets it, who receives the driver's own promise.
      promise.then(acquired, () => undefined);
      return promise;
    };

  const driver = dataSource.driver as unknown as PooledDriver;
  const restorePrimary = replaceMethod(driver, 'obtainMasterConnection', watching);
  const restoreReplica = replaceMethod(driver, 'obtainSlaveConnection', watching);
  return () => {
    attached = false;
    restorePrimary();
    restoreReplica();
  };
};

/** What a connection gets instead of a text, a stream of `pg` or an object with a text of mysql2. */
function commenterOf(dataSource: DataSource): (connection: object, query: unknown) => unknown {
  const types = new QueryTypes(dialectOf(dataSource.options.type));
  const commented = (connection: object, sql: string): string => {
    if (types.indexOf(sql) > LAST_COMMENTED) return sql;
    const comment = currentComment(connection);
    return comment === undefined ? sql : withComment(sql, comment);
  };
  return (connection, query) => {
    if (typeof query === 'string') return commented(connection, query);
    if (typeof query !== 'object' || query === null) return query;
    const { cursor, sql } = query as { cursor?: { text?: unknown }; sql?: unknown };
    if (typeof cursor?.text === 'string') cursor.text = commented(connection, cursor.text);
    const isPlain = Object.getPrototypeOf(query) === Object.prototype;
    return isPlain && typeof sql === 'string' ? { ...query, sql: commented(connection, sql) } : query;
  };
}

function currentComment(connection: object): string | undefined {
  const scope = scopeStore.currentFor(connection);
  const span = activeSpan();
  return sqlComment({
    route: scope === undefined || scope.isClosed ? undefined : scopeName(scope.name),
    traceparent: span && `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`,
  });
}

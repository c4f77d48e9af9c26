import type { PoolRole } from '../model/completed-query';
import { monotonicNow } from '../globals';
import type { Scope } from '../scopes/scope';
import { hasPool } from './availability';
import { replaceMethod } from './method-replacement';
import { notePoolWait } from './pool-wait';
import type { Probe } from './probe';

/** What TypeORM's pooled drivers have in common. */
interface PooledDriver {
  connect(): Promise<void>;
  obtainMasterConnection(): Promise<unknown>;
  obtainSlaveConnection(): Promise<unknown>;
}

/**
 * Times each request for a connection of the pool. The caller receives the driver's own promise.
 *
 * `initialize()` opens the first connection without such a request, so its failure is seen in `connect()`.
 *
 * Without replicas, a driver serves a replica request by calling its own method for the primary; only that inner
 * request counts.
 */
export const poolProbe: Probe = (dataSource, { observer, scopes }) => {
  const driver = dataSource.driver as unknown as PooledDriver;
  let attached = true;
  let requests = 0;
  let lastError: unknown;

  const timed = (role: PoolRole) => (original: () => Promise<unknown>) =>
    function (this: PooledDriver): Promise<unknown> {
      const asked = monotonicNow();
      const before = ++requests;
      const promise = original.call(this);
      if (!attached || requests !== before) return promise;
      const scope = scopes?.current();
      promise.then(
        (obtained) => acquired(role, monotonicNow() - asked, obtained, scope),
        (error: unknown) => failed(role, monotonicNow() - asked, error, scope),
      );
      return promise;
    };

  const acquired = (role: PoolRole, waited: number, obtained: unknown, scope: Scope | undefined) => {
    try {
      scope?.addPoolWait(waited / 1000, false);
      const connection: unknown = Array.isArray(obtained) ? obtained[0] : obtained;
      const isNew = typeof connection === 'object' && connection !== null && notePoolWait(connection, waited);
      observer.connectionAcquired(role, waited, isNew);
    } catch (error) {
      observer.probeFailed('pool_probe', error);
    }
  };

  const failed = (role: PoolRole, waited: number, error: unknown, scope?: Scope) => {
    lastError = error;
    scope?.addPoolWait(waited / 1000, true);
    observer.acquisitionFailed(role, waited, error);
  };

  /** A request of `connect()` itself has been counted, and its statements are no requests. */
  const connectFailed = (waited: number, error: unknown) => {
    try {
      if (attached && error !== lastError && !isStatementError(error)) failed('primary', waited, error);
    } catch (fault) {
      observer.probeFailed('pool_probe', fault);
    }
  };

  const connecting = (original: () => Promise<void>) =>
    function (this: PooledDriver): Promise<void> {
      const asked = monotonicNow();
      const promise = original.call(this);
      if (!hasPool(dataSource)) return promise;
      promise.then(undefined, (error: unknown) => connectFailed(monotonicNow() - asked, error));
      return promise;
    };

  const restoreConnect = replaceMethod(driver, 'connect', connecting);
  const restorePrimary = replaceMethod(driver, 'obtainMasterConnection', timed('primary'));
  const restoreReplica = replaceMethod(driver, 'obtainSlaveConnection', timed('replica'));
  return () => {
    attached = false;
    restoreConnect();
    restorePrimary();
    restoreReplica();
  };
};

/** A `QueryFailedError`, also of another copy of TypeORM. */
function isStatementError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'driverError' in error;
}

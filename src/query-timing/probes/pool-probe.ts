import type { PoolRole } from '../model/completed-query';
import { monotonicNow } from './clock';
import { replaceMethod } from './method-replacement';
import { notePoolWait } from './pool-wait';
import type { Probe } from './probe';

/** What TypeORM's pooled drivers have in common. */
interface PooledDriver {
  obtainMasterConnection(): Promise<unknown>;
  obtainSlaveConnection(): Promise<unknown>;
}

/**
 * Times each request for a connection of the pool. The caller receives the driver's own promise.
 *
 * Without replicas, a driver serves a replica request by calling its own method for the primary; only that inner
 * request counts.
 */
export const poolProbe: Probe = (dataSource, { observer }) => {
  const driver = dataSource.driver as unknown as PooledDriver;
  let attached = true;
  let requests = 0;

  const timed = (role: PoolRole) => (original: () => Promise<unknown>) =>
    function (this: PooledDriver): Promise<unknown> {
      const asked = monotonicNow();
      const before = ++requests;
      const promise = original.call(this);
      if (!attached || requests !== before) return promise;
      promise.then(
        (obtained) => report(role, monotonicNow() - asked, obtained, false),
        () => report(role, monotonicNow() - asked, undefined, true),
      );
      return promise;
    };

  const report = (role: PoolRole, waited: number, obtained: unknown, failed: boolean) => {
    try {
      const connection: unknown = Array.isArray(obtained) ? obtained[0] : obtained;
      const isNew = typeof connection === 'object' && connection !== null && notePoolWait(connection, waited);
      observer.connectionAcquired(role, waited, failed, isNew);
    } catch {
      observer.probeFailed('pool_probe');
    }
  };

  const restorePrimary = replaceMethod(driver, 'obtainMasterConnection', timed('primary'));
  const restoreReplica = replaceMethod(driver, 'obtainSlaveConnection', timed('replica'));
  return () => {
    attached = false;
    restorePrimary();
    restoreReplica();
  };
};

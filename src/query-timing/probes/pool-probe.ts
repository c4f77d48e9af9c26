import type { PoolRole } from '../model/completed-query';
import { monotonicNow } from './clock';
import { replaceMethod } from './method-replacement';
import { notePoolWait } from './pool-wait';
import type { Probe } from './probe';

/** What TypeORM's drivers with a pool have in common. */
interface PooledDriver {
  obtainMasterConnection(): Promise<unknown>;
  obtainSlaveConnection(): Promise<unknown>;
}

/**
 * Times each wait for a connection. The driver's own promise is handed on untouched.
 *
 * Without replicas a driver serves the replica's request by its own request for the primary; that inner one counts.
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
      const isNew = typeof connection === 'object' && connection !== null && notePoolWait(connection, waited / 1000);
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

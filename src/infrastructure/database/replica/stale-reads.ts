import type { DataSource } from 'typeorm';
import { UnstorableValueError } from '../../../application/shared/port-errors';
import type { RecentWrites } from '../../consistency/recent-writes';
import { currentRequestContext } from '../../observability/request-context';
import { toPortError } from '../driver-errors';
import type { ReplicaWatch } from './replica-watch';

/**
 * For statements whose result may be a little old: the replica serves them, if there is one that has everything up to
 * DATABASE_REPLICA_MAX_LAG_MS ago and all that the caller has changed. Otherwise, and when it fails, the primary does. A
 * request that may change something, and work outside of requests, always read from the primary.
 */
export class StaleReads {
  constructor(
    private readonly dataSource: DataSource,
    private readonly watch: ReplicaWatch | undefined,
    private readonly recentWrites: RecentWrites,
  ) {}

  query<Rows>(sql: string, parameters: unknown[]): Promise<Rows> {
    const { watch, dataSource } = this;
    const asOf = watch?.usableAsOf();
    return watch !== undefined && asOf !== undefined && this.recentWrites.maySee(currentRequestContext(), asOf)
      ? this.fromReplica<Rows>(watch, sql, parameters)
      : dataSource.query<Rows>(sql, parameters);
  }

  private async fromReplica<Rows>(watch: ReplicaWatch, sql: string, parameters: unknown[]): Promise<Rows> {
    const runner = this.dataSource.createQueryRunner('slave');
    try {
      return (await runner.query(sql, parameters)) as Rows;
    } catch (error) {
      // The primary would refuse it as well.
      if (toPortError(error) instanceof UnstorableValueError) throw error;
      watch.checkNow();
    } finally {
      await runner.release();
    }
    return this.dataSource.query<Rows>(sql, parameters);
  }
}

import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Replica } from '../../config/configuration';
import { SERVICE_NAME } from '../../config/service-name';
import { reasonOfFailure } from '../failure-reason';
import { KeptConnection } from '../kept-connection';
import { logPosition } from './log-position';
import { ReplayProgress } from './replay-progress';

/** Of a server that does not respond: reads that wait for the replica are sent to the primary then. */
const RESPONSE_LIMIT_MS = 1_000;
/** How often both servers are asked, as a part of the allowed lag, and at most. */
const CHECKS_PER_LAG = 10;
const MAX_INTERVAL_MS = 500;
const MIN_INTERVAL_MS = 20;

const OF_PRIMARY = `
  SELECT pg_current_wal_insert_lsn()::text AS position,
         (SELECT system_identifier FROM pg_control_system())::text AS cluster`;
const OF_REPLICA = `
  SELECT pg_last_wal_replay_lsn()::text AS position, pg_is_in_recovery() AS standby,
         (SELECT system_identifier FROM pg_control_system())::text AS cluster`;

interface PrimaryRow {
  readonly position: string;
  readonly cluster: string;
}

interface ReplicaRow {
  readonly position: string | null;
  readonly standby: boolean;
  readonly cluster: string;
}

export interface ReplicaWatchOptions {
  readonly replica: Replica;
  readonly primaryUrl: string;
  /** Of its connections; 0 disables the limit. */
  readonly maxAgeMs: number;
  /** It begins or ceases to be used. */
  readonly onUse: (isUsed: boolean) => void;
  /** The replica has failed: ends what waits for it. */
  readonly onFailure: () => void;
  /** Everything that was committed before this time of the monotonic clock has arrived. */
  readonly onCaughtUp: (at: number) => void;
}

/**
 * Knows how old the data of the replica is at most: it notes the primary's position in the write-ahead log with the time, and
 * finds out which of them the replica has replayed. So an idle primary is no lag, a standby that has lost its primary is
 * one, and no clocks are compared. A replica that fails, that is promoted or that lags is not used until it has recovered.
 */
export class ReplicaWatch implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ReplicaWatch.name);
  private readonly primary: KeptConnection;
  private readonly standby: KeptConnection;
  private readonly intervalMs: number;
  private readonly progress = new ReplayProgress();
  private startedAt = 0;
  private used = false;
  private reported = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;

  constructor(private readonly options: ReplicaWatchOptions) {
    const { replica, primaryUrl, maxAgeMs } = options;
    const applicationName = `${SERVICE_NAME}-replica-lag`;
    this.primary = new KeptConnection({ url: primaryUrl, applicationName, maxAgeMs });
    this.standby = new KeptConnection({ url: replica.url, applicationName, maxAgeMs });
    this.intervalMs = Math.max(MIN_INTERVAL_MS, Math.min(MAX_INTERVAL_MS, replica.maxLagMs / CHECKS_PER_LAG));
  }

  /** The time up to which the replica has everything, if it may be used now. */
  usableAsOf(): number | undefined {
    return this.used && this.lagMs() <= this.options.replica.maxLagMs ? this.progress.caughtUpTo : undefined;
  }

  /** A read has failed: the replica is asked now instead of later. */
  checkNow(): void {
    if (this.checking || this.stopped) return;
    clearTimeout(this.timer);
    this.begin();
  }

  /** A start does not depend on the replica. */
  onModuleInit(): void {
    this.startedAt = performance.now();
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.all([this.primary.close(), this.standby.close(), this.checking]);
  }

  private begin(): void {
    this.checking = this.check().finally(() => {
      this.checking = undefined;
      if (!this.stopped) this.timer = setTimeout(() => this.begin(), this.intervalMs).unref();
    });
  }

  private async check(): Promise<void> {
    const at = performance.now();
    const [primary, standby] = await Promise.allSettled([
      this.primary.ask<PrimaryRow>(OF_PRIMARY, RESPONSE_LIMIT_MS),
      this.standby.ask<ReplicaRow>(OF_REPLICA, RESPONSE_LIMIT_MS),
    ]);
    if (this.stopped) return;
    if (standby.status === 'rejected') return this.fail(reasonOfFailure(standby.reason));
    const { position, standby: isStandby, cluster } = standby.value;
    if (!isStandby || position === null) {
      // The address may lead to another server by now.
      this.standby.drop();
      return this.fail('it is no standby');
    }
    if (primary.status === 'fulfilled') {
      if (primary.value.cluster !== cluster) return this.fail('it is a standby of another server');
      this.progress.note({ at, position: logPosition(primary.value.position) });
    }
    if (this.progress.advance(logPosition(position))) this.options.onCaughtUp(this.progress.caughtUpTo);
    const reason = primary.status === 'rejected' ? 'the primary, with which it is compared, fails' : 'it lags';
    this.compareWithLimit(reason);
  }

  /** It is used again from half of the allowed lag on, so that it is not used and left in turns. */
  private compareWithLimit(reason: string): void {
    const { maxLagMs } = this.options.replica;
    if (this.lagMs() > (this.used ? maxLagMs : maxLagMs / 2)) {
      this.use(false);
      // Until then, it may only not have been compared yet.
      if (performance.now() - this.startedAt > maxLagMs) this.report(reason);
      return;
    }
    if (this.reported) this.logger.log('the replica is used again');
    this.use(true);
    this.reported = false;
  }

  private fail(reason: string): void {
    this.progress.reset();
    this.use(false);
    this.report(reason);
    this.options.onFailure();
  }

  private use(isUsed: boolean): void {
    if (isUsed !== this.used) this.options.onUse(isUsed);
    this.used = isUsed;
  }

  /** One line for each outage. */
  private report(reason: string): void {
    if (!this.reported) this.logger.warn({ reason }, 'the replica is not used: the primary serves all reads');
    this.reported = true;
  }

  private lagMs(): number {
    return performance.now() - this.progress.caughtUpTo;
  }
}

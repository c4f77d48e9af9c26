import type { OnApplicationShutdown } from '@nestjs/common';
import { SERVICE_NAME } from '../config/service-name';
import { reasonOfFailure } from './failure-reason';
import { KeptConnection } from './kept-connection';

/** `read-only`: a standby, or a server, database or role on which `default_transaction_read_only` is set. */
export type DatabaseState = 'writable' | 'read-only' | 'unreachable';

/** Long enough for a busy database, and shorter than the timeout of the usual probes. */
const LIMIT_MS = 1_000;

/** Asks whether the database can be used, on a separate connection. */
export class DatabaseProbe implements OnApplicationShutdown {
  private readonly connection: KeptConnection;
  private asking: Promise<DatabaseState> | undefined;
  private failure: string | undefined;

  /** @param maxAgeMs of the connection; 0 disables the limit */
  constructor(url: string, maxAgeMs: number) {
    this.connection = new KeptConnection({ url, applicationName: `${SERVICE_NAME}-readiness`, maxAgeMs });
  }

  /** Resolves within a second. Concurrent calls share one question. */
  state(): Promise<DatabaseState> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  /** Why the database is unreachable, if it was when it was last asked: one line. */
  get reason(): string | undefined {
    return this.failure;
  }

  onApplicationShutdown(): Promise<void> {
    return this.connection.close();
  }

  private async ask(): Promise<DatabaseState> {
    this.failure = undefined;
    try {
      const sql = `SELECT current_setting('transaction_read_only') AS read_only`;
      const { read_only } = await this.connection.ask<{ read_only: string }>(sql, LIMIT_MS);
      if (read_only === 'off') return 'writable';
      // The address may lead to another server by now.
      this.connection.drop();
      return 'read-only';
    } catch (error) {
      this.failure = reasonOfFailure(error);
      return 'unreachable';
    }
  }
}

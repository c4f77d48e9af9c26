import type { OnApplicationShutdown } from '@nestjs/common';
import { type Client } from 'pg';
import { SERVICE_NAME } from '../config/service-name';
import { abortableClient } from './abortable-client';

/** `read-only`: a standby, or a server, database or role on which `default_transaction_read_only` is set. */
export type DatabaseState = 'writable' | 'read-only' | 'unreachable';

/** Long enough for a busy database, and shorter than the timeout of the usual probes. */
const LIMIT_MS = 1_000;

interface Connection {
  readonly client: Client;
  readonly connectedAt: number;
  /** Ends it, whatever it waits for. */
  readonly end: () => void;
}

/**
 * Asks whether the database can be used, on a separate connection: a pool in which all connections wait for a lock says
 * nothing about the database. The connection is kept, and replaced when it fails, when it is too old, and when its
 * server turns out to be read-only, because the address may lead to another server by now.
 */
export class DatabaseProbe implements OnApplicationShutdown {
  private kept: Connection | undefined;
  private asking: Promise<DatabaseState> | undefined;

  /** @param maxAgeMs of the connection; 0 disables the limit */
  constructor(
    private readonly url: string,
    private readonly maxAgeMs: number,
  ) {}

  /** Resolves within a second. Concurrent calls share one question. */
  state(): Promise<DatabaseState> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  async onApplicationShutdown(): Promise<void> {
    const { kept } = this;
    this.kept = undefined;
    await kept?.client.end().catch(() => undefined);
  }

  private async ask(): Promise<DatabaseState> {
    if (this.kept && this.isTooOld(this.kept)) this.drop();
    const deadline = performance.now() + LIMIT_MS;
    // A kept connection may be broken without any notice: a second attempt uses a new one.
    const attempts = this.kept ? 2 : 1;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const state = await this.askOnce(deadline - performance.now());
      if (state !== 'writable') this.drop();
      if (state !== 'unreachable') return state;
    }
    return 'unreachable';
  }

  private async askOnce(limitMs: number): Promise<DatabaseState> {
    if (limitMs <= 0) return 'unreachable';
    const isNew = !this.kept;
    const connection = (this.kept ??= this.create());
    const timer = setTimeout(connection.end, limitMs);
    try {
      if (isNew) await connection.client.connect();
      const { rows } = await connection.client.query<[string]>({
        text: `SELECT current_setting('transaction_read_only')`,
        rowMode: 'array',
      });
      return rows[0]?.[0] === 'off' ? 'writable' : 'read-only';
    } catch {
      return 'unreachable';
    } finally {
      clearTimeout(timer);
    }
  }

  private create(): Connection {
    const ending = new AbortController();
    const client = new (abortableClient(ending.signal))({
      connectionString: this.url,
      application_name: `${SERVICE_NAME}-readiness`,
      keepAlive: true,
    });
    const connection = { client, connectedAt: performance.now(), end: () => ending.abort() };
    client.on('error', () => {
      if (this.kept === connection) this.kept = undefined;
    });
    return connection;
  }

  private isTooOld({ connectedAt }: Connection): boolean {
    return this.maxAgeMs > 0 && performance.now() - connectedAt >= this.maxAgeMs;
  }

  private drop(): void {
    this.kept?.end();
    this.kept = undefined;
  }
}

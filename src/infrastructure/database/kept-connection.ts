import type { Client, QueryResultRow } from 'pg';
import { abortableClient } from './abortable-client';

interface Connection {
  readonly client: Client;
  readonly connectedAt: number;
  /** Ends it, whatever it waits for. */
  readonly end: () => void;
}

const CLOSE_LIMIT_MS = 500;

export interface KeptConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  /** 0 disables the limit. */
  readonly maxAgeMs: number;
}

/**
 * A connection beside the pool, for questions about the server: a pool in which all connections wait for a lock says nothing
 * about it. It is kept between the questions, and replaced when it fails and when it is too old.
 */
export class KeptConnection {
  private kept: Connection | undefined;
  private closed = false;

  constructor(private readonly options: KeptConnectionOptions) {}

  /**
   * The first row that the statement returns. One question at a time.
   *
   * @throws if the server does not respond within the limit
   */
  async ask<Row extends QueryResultRow>(sql: string, limitMs: number): Promise<Row> {
    if (this.kept && this.isTooOld(this.kept)) this.drop();
    const deadline = performance.now() + limitMs;
    // A kept connection may be broken without any notice: a second attempt uses a new one.
    let attempts = this.kept ? 2 : 1;
    for (;;) {
      const expired = new AbortController();
      const leftMs = deadline - performance.now();
      try {
        return await this.askOnce<Row>(sql, leftMs, () => expired.abort());
      } catch (error) {
        this.drop();
        if (expired.signal.aborted) throw new Error(`no response within ${limitMs} ms`, { cause: error });
        attempts -= 1;
        if (attempts === 0) throw error;
      }
    }
  }

  /** Ends it, whatever it waits for; the next question connects again. */
  drop(): void {
    this.kept?.end();
    this.kept = undefined;
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    const { kept } = this;
    this.closed = true;
    this.kept = undefined;
    if (!kept) return;
    // A server that does not respond would not end it.
    const timer = setTimeout(kept.end, CLOSE_LIMIT_MS);
    await kept.client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  private async askOnce<Row extends QueryResultRow>(sql: string, limitMs: number, onExpired: () => void): Promise<Row> {
    if (this.closed) throw new Error('the connection is closed');
    const isNew = !this.kept;
    const connection = (this.kept ??= this.create());
    const timer = setTimeout(() => {
      onExpired();
      connection.end();
    }, limitMs);
    try {
      if (isNew) await connection.client.connect();
      const { rows } = await connection.client.query<Row>(sql);
      return rows[0]!;
    } finally {
      clearTimeout(timer);
    }
  }

  private create(): Connection {
    const { url, applicationName } = this.options;
    const ending = new AbortController();
    const client = new (abortableClient(ending.signal))({
      connectionString: url,
      application_name: applicationName,
      keepAlive: true,
    });
    const connection = { client, connectedAt: performance.now(), end: () => ending.abort() };
    client.on('error', () => {
      if (this.kept === connection) this.kept = undefined;
    });
    return connection;
  }

  private isTooOld({ connectedAt }: Connection): boolean {
    const { maxAgeMs } = this.options;
    return maxAgeMs > 0 && performance.now() - connectedAt >= maxAgeMs;
  }
}

import type { Logger } from 'pino';
import { serializeError } from './logger';

/** A server that stops ends all connections within this time. */
const WINDOW_MS = 100;

/** Logs lost database connections: one line for those that were lost together for the same reason. */
export class ConnectionLosses {
  private readonly losses = new Map<string, { readonly error: Error; connections: number }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly logger: Logger) {}

  note(error: Error): void {
    const { code = '' } = error as NodeJS.ErrnoException;
    const key = `${code} ${error.message}`;
    const loss = this.losses.get(key) ?? { error, connections: 0 };
    loss.connections += 1;
    this.losses.set(key, loss);
    this.timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
  }

  /** Logs what was noted and is not logged yet. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const { error, connections } of this.losses.values()) {
      const { code, message } = serializeError(error) as { code?: unknown; message?: string };
      // OpenSSL ends its messages with a line break.
      this.logger.warn({ code, reason: message?.trim(), connections }, 'database connection lost');
    }
    this.losses.clear();
  }
}

import type { EventEmitter } from 'node:events';
import type { PoolClient } from 'pg';
import { isReady } from './client-state';

export interface ClientLivesOptions {
  /** Maximum age of a connection in ms; each lives up to a fifth less, so that they do not all end together. 0: no limit. */
  readonly maxAgeMs?: number | undefined;
  /** Receives the error of a connection that was lost while it ran no statement, which would have reported it. */
  readonly onLost?: ((error: Error) => void) | undefined;
}

interface Life {
  readonly generation: number;
  readonly endsAt: number;
}

/** pg's connection, which its types do not declare: it emits every error that the server reports. */
interface WithConnection {
  readonly connection: EventEmitter;
}

/** The server is a standby, or may only be read: the address may lead to another server by now. */
const READ_ONLY = '25006';
/** While the server stays read-only, each write fails, and must not replace all connections again. */
const MIN_RETIREMENT_INTERVAL_MS = 100;
const JITTER = 0.2;

const ends = new WeakMap<object, Error>();

/** The error with which the client's connection ended between two statements, if it did. */
export const reasonOfEnd = (client: PoolClient): Error | undefined => ends.get(client);

/** Which clients of a pool may serve another caller. */
export class ClientLives {
  private readonly lives = new WeakMap<PoolClient, Life>();
  private generation = 0;
  private retiredAt = -Infinity;

  constructor(private readonly options: ClientLivesOptions) {}

  begin(client: PoolClient): void {
    const { maxAgeMs = 0, onLost } = this.options;
    const age = maxAgeMs > 0 ? maxAgeMs * (1 - Math.random() * JITTER) : Infinity;
    this.lives.set(client, { generation: this.generation, endsAt: performance.now() + age });
    client.on('error', (error: Error) => {
      if (ends.has(client)) return;
      ends.set(client, error);
      if (isReady(client)) onLost?.(error);
    });
    (client as unknown as WithConnection).connection.on('errorMessage', ({ code }: { code?: string }) => {
      if (code === READ_ONLY) this.retire(client);
    });
  }

  /** Whether the client must be destroyed: too old, or connected to a server that turned out to be the wrong one. */
  isOver(client: PoolClient): boolean {
    const life = this.lives.get(client);
    return life === undefined || life.generation < this.generation || performance.now() >= life.endsAt;
  }

  /** The other connections lead to the same server. */
  private retire(client: PoolClient): void {
    this.lives.delete(client);
    const now = performance.now();
    if (now - this.retiredAt < MIN_RETIREMENT_INTERVAL_MS) return;
    this.retiredAt = now;
    this.generation += 1;
  }
}

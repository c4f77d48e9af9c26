import type { createClient } from '@redis/client';
import { SERVICE_NAME } from '../../config/service-name';

const PREFIX = `${SERVICE_NAME}:rate-limit:`;
/** Of connecting, with authentication and TLS. */
const CONNECT_TIMEOUT_MS = 1_000;

/** Counts and starts the window in one step, so that no key is left without an end. */
const INCREMENT = `local hits = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {hits, left}`;

type Client = ReturnType<typeof createClient>;

export interface Count {
  readonly hits: number;
  /** Of the window. */
  readonly msLeft: number;
}

/** Counters that end with their window, on one connection to a Redis or Valkey. It is not made again when it breaks. */
export class RedisCounter {
  private constructor(
    private readonly client: Client,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Connects, and counts once to see whether the server can be written.
   * @param timeoutMs of each count
   * @param onLost receives the reason when the connection breaks
   */
  static async connect(url: string, timeoutMs: number, onLost: (error: Error) => void): Promise<RedisCounter> {
    const client = await clientOf(url);
    client.on('error', onLost);
    const counter = new RedisCounter(client, timeoutMs);
    try {
      await within(CONNECT_TIMEOUT_MS, client.connect());
      await counter.increment('trial', 1_000);
      return counter;
    } catch (error) {
      counter.close();
      throw error;
    }
  }

  /** @throws if the server does not respond in time */
  async increment(key: string, windowMs: number): Promise<Count> {
    const counting = this.client.eval(INCREMENT, { keys: [PREFIX + key], arguments: [String(windowMs)] });
    const [hits, msLeft] = (await within(this.timeoutMs, counting)) as [number, number];
    return { hits, msLeft };
  }

  /** Ends it, whatever it waits for. */
  close(): void {
    if (this.client.isOpen) this.client.destroy();
  }
}

/** Loads the package only where there is a store: its 478 files take 4 MiB. */
async function clientOf(url: string): Promise<Client> {
  const redis = await import('@redis/client');
  const socket = { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false } as const;
  return redis.createClient({ url, socket, RESP: 2, disableOfflineQueue: true, maintNotifications: 'disabled' });
}

/** Rejects after the time, but not if the response has arrived and only waits for a busy event loop. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = () => reject(new Error(`no response within ${ms} ms`));
    const timer = setTimeout(() => setImmediate(expire), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

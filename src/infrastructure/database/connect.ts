import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

const MIN_VERSION = 14;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4_000;
const CONNECT_TIMEOUT_MS = 3_000;

/** The database cannot be used, and a retry will not help. The message is one line for the operator. */
export class UnusableDatabaseError extends Error {
  override readonly name = 'UnusableDatabaseError';
}

export interface WaitOptions {
  readonly attempts: number;
  readonly onRetry: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Waits until the server accepts connections, with increasing delays between attempts. A server that rejects the connection
 * (password, database, version) is not tried again.
 * @throws UnusableDatabaseError
 */
export async function waitForDatabase(url: string, { attempts, onRetry, signal }: WaitOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await check(url);
    } catch (error) {
      if (error instanceof UnusableDatabaseError) throw error;
      const reason = reasonOf(error);
      if (isRefusal(error)) throw new UnusableDatabaseError(`${describe(url)} refuses the connection: ${reason}.`);
      if (attempt >= attempts) {
        throw new UnusableDatabaseError(`${describe(url)} cannot be reached after ${attempts} attempts: ${reason}.`);
      }
      const pauseMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
      onRetry(
        `${describe(url)} cannot be reached (${reason}): attempt ${attempt} of ${attempts}, next in ${pauseMs} ms.`,
      );
      await delay(pauseMs, undefined, { signal });
    }
  }
}

async function check(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // Without a listener, a connection that breaks after the check would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
    const major = Math.floor(Number(rows[0]?.version) / 10_000);
    if (major < MIN_VERSION) {
      throw new UnusableDatabaseError(
        `${describe(url)} is version ${major}; the service needs ${MIN_VERSION} or later.`,
      );
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** SQLSTATEs that a retry does not change: invalid role or password (28…), no such database (3D…), no permission (42501). */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(?:28...|3D...|42501)$/.test(code);
}

function reasonOf(error: unknown): string {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return (first as { message?: string }).message ?? String(first);
}

/** The address of the database, without the password. */
function describe(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL at ${hostname}:${port || '5432'}${pathname}`;
}

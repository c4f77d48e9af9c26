import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { abortableClient } from './abortable-client';
import { reasonOfFailure } from './failure-reason';
import { isInterruption, tlsFailureOf } from './tls-failure';

const MIN_VERSION = 14;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** Of a whole check: connecting, its statement, and the end of the connection. */
const RESPONSE_TIMEOUT_MS = 5_000;

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
      return await check(url, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UnusableDatabaseError) throw error;
      const reason = reasonOfFailure(error) + adviceFor(url, error);
      if (isRefusal(error)) throw new UnusableDatabaseError(`${describe(url)} cannot be used: ${reason}.`);
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

/**
 * Whether the server responds to a new connection, if only with a refusal.
 * @param signal gives up
 */
export async function ping(url: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await ask(url, ['SELECT 1'], signal);
    return true;
  } catch (error) {
    // An error of the server has a code of five characters; one of the network has a name.
    return /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));
  }
}

/** In a transaction, which a PgBouncer with statement pooling refuses: only reads would work. */
async function check(url: string, signal?: AbortSignal): Promise<void> {
  const version = await ask(url, ['BEGIN', `SELECT current_setting('server_version_num')`], signal);
  const major = Math.floor(Number(version) / 10_000);
  if (major < MIN_VERSION) {
    throw new UnusableDatabaseError(`${describe(url)} is version ${major}; the service needs ${MIN_VERSION} or later.`);
  }
}

/** The first value that the last statement returns, on a separate connection. Each step has a limit. */
async function ask(url: string, statements: readonly string[], signal?: AbortSignal): Promise<unknown> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', end);
  const timer = setTimeout(end, RESPONSE_TIMEOUT_MS);
  const client = new (abortableClient(ending.signal))({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // Without a listener, a connection that breaks after the response would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    let rows: unknown[][] = [];
    for (const text of statements) ({ rows } = await client.query<unknown[]>({ text, rowMode: 'array' }));
    return rows[0]?.[0];
  } catch (error) {
    if (ending.signal.aborted) throw new Error(`no response within ${RESPONSE_TIMEOUT_MS} ms`, { cause: error });
    throw error;
  } finally {
    await client.end().catch(() => undefined);
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/**
 * What a retry does not change: invalid role or password (28…), no such database (3D…), no permission (42501), and
 * certificates that one side does not trust.
 */
const FINAL_CODES = /^(?:28...|3D...|42501|.*CERT.*|UNABLE_TO_VERIFY_LEAF_SIGNATURE|ERR_(?:TLS|SSL|OSSL)_\w+)$/;
/** Errors of pg without a code: no password where one is needed, no TLS where it is required, unknown authentication. */
const FINAL_MESSAGES = /password must be a|does not support SSL|SASL|authenticationOk/i;
/** PgBouncer's reason to refuse transactions, never translated. */
const STATEMENT_POOLING = /statement pooling mode/;

function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  if (isInterruption(error)) return false;
  if (tlsFailureOf(error) !== undefined || STATEMENT_POOLING.test(reasonOfFailure(error))) return true;
  return typeof code === 'string' ? FINAL_CODES.test(code) : FINAL_MESSAGES.test(reasonOfFailure(error));
}

/** What would be right. PostgreSQL refuses a role whose certificate it has not accepted like one whose password is wrong. */
function adviceFor(url: string, error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (STATEMENT_POOLING.test(String(message))) return ': set pool_mode of PgBouncer to transaction or session';
  if (typeof code !== 'string' || !code.startsWith('28')) return '';
  if (/[?&]sslcert=/.test(url)) {
    return '; with clientcert=verify-full, the common name of the certificate must be the role';
  }
  return /certificate/i.test(String(message)) ? ': add sslcert and sslkey to the connection string' : '';
}

/** The address of the database, without the password. */
function describe(url: string): string {
  const { host, port, database } = new Client({ connectionString: url });
  return `PostgreSQL at ${host}:${port}/${database}`;
}

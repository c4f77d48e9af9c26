import { err, ok, type Result } from 'neverthrow';
import { mistakesInDriverVariables } from './driver-variables';
import { environmentSchema, type Environment } from './environment';

/** The injection token of the {@link Configuration}. */
export const CONFIGURATION = Symbol('configuration');

export interface RateLimitStore {
  readonly url: string;
  /** Maximum time that a request waits for it. */
  readonly timeoutMs: number;
}

export interface Replica {
  readonly url: string;
  /** Nothing older than this is read from it. */
  readonly maxLagMs: number;
}

export interface Configuration {
  readonly environment: Environment['NODE_ENV'];
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly managementPort: number | undefined;
    readonly corsOrigins: readonly string[];
    /** Requests per caller and window; 0 disables the limit. */
    readonly rateLimit: number;
    readonly rateLimitWindowMs: number;
    /** Unset: each instance limits by itself. */
    readonly rateLimitStore: RateLimitStore | undefined;
    /** Requests that the process handles at a time; 0 disables the limit. */
    readonly maxInProgress: number;
    readonly maxEventLoopLagMs: number;
    readonly trustProxy: readonly string[];
    readonly bodyLimitBytes: number;
    readonly requestTimeoutMs: number;
    readonly docs: boolean;
    readonly exports: {
      /** Concurrent ones, in this process. */
      readonly limit: number;
      readonly limitPerCaller: number;
      readonly idleTimeoutMs: number;
    };
    readonly drainMs: number;
  };
  readonly database: {
    readonly url: string;
    /** Unset: the primary serves all reads. */
    readonly replica: Replica | undefined;
    readonly poolSize: number;
    readonly poolQueue: number;
    readonly acquireTimeoutMs: number;
    readonly statementTimeoutMs: number;
    readonly lockTimeoutMs: number;
    readonly idleInTransactionTimeoutMs: number;
    /** 0 disables the limit. */
    readonly connectionMaxAgeMs: number;
    /** Per connection; 0 prepares none. */
    readonly preparedStatements: number;
    readonly connectAttempts: number;
    readonly migrate: boolean;
    readonly seed: boolean;
  };
  readonly auth: {
    readonly audience: string;
    readonly algorithms: readonly string[];
    /** Whether a token must have the type of RFC 9068. */
    readonly isTypeRequired: boolean;
    /** Unset: the development issuer. */
    readonly issuer: { readonly name: string; readonly jwksUrl: string } | undefined;
    /** A JWK. Unset: a new one at each start. */
    readonly developmentKey: string | undefined;
  };
  readonly idempotency: { readonly retentionMs: number; readonly sweepIntervalMs: number };
  readonly outbox: {
    /** Whether this process sends events. */
    readonly relay: boolean;
    readonly pollIntervalMs: number;
    readonly concurrency: number;
    readonly sendTimeoutMs: number;
    readonly leaseMs: number;
    readonly maxAttempts: number;
    readonly retryDelayMs: number;
  };
  readonly logging: { readonly level: Environment['LOG_LEVEL']; readonly format: 'json' | 'pretty' };
  readonly queryTiming: {
    readonly enabled: boolean;
    readonly slowThresholdMs: number;
    readonly topStatements: boolean;
    /** The live page. */
    readonly page: boolean;
    readonly pagePassword: string | undefined;
    readonly explain: boolean;
  };
}

/** All mistakes in the environment: one line per mistake, which begins with the variable. */
export interface InvalidConfiguration {
  readonly kind: 'invalid-configuration';
  readonly mistakes: readonly string[];
}

/** @param variables an environment; an empty value counts as unset */
export function readConfiguration(
  variables: Readonly<Record<string, string | undefined>>,
  isTerminal = false,
): Result<Configuration, InvalidConfiguration> {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environmentSchema.safeParse(set);
  const mistakes = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`);
  // Contradictions between variables are reported together with invalid values: one start lists every mistake.
  mistakes.push(...contradictions(set), ...mistakesInDriverVariables(set));
  return parsed.success && mistakes.length === 0
    ? ok(toConfiguration(parsed.data, isTerminal))
    : err({ kind: 'invalid-configuration', mistakes });
}

function contradictions(set: Readonly<Record<string, string | undefined>>): string[] {
  const mistakes: string[] = [];
  if ((set.AUTH_JWKS_URL === undefined) !== (set.AUTH_ISSUER === undefined)) {
    mistakes.push('AUTH_JWKS_URL and AUTH_ISSUER go together: set both, or neither for the development issuer.');
  }
  if (set.DATABASE_REPLICA_URL !== undefined && set.DATABASE_REPLICA_URL === set.DATABASE_URL) {
    mistakes.push('DATABASE_REPLICA_URL is DATABASE_URL: set it to the address of a standby, or leave it unset.');
  }
  if (
    Number(set.MANAGEMENT_PORT) > 0 &&
    // As numbers: 03000 is 3000 too.
    Number(set.MANAGEMENT_PORT) === Number(set.PORT ?? 3000)
  ) {
    mistakes.push('MANAGEMENT_PORT is the port of the API: set another one.');
  }
  if (Number(set.OUTBOX_LEASE_MS ?? 30_000) <= Number(set.OUTBOX_SEND_TIMEOUT_MS ?? 5_000)) {
    mistakes.push('OUTBOX_LEASE_MS is not longer than OUTBOX_SEND_TIMEOUT_MS: events would be sent twice.');
  }
  if (set.NODE_ENV === 'production') {
    if (!set.AUTH_JWKS_URL) mistakes.push('AUTH_JWKS_URL is missing: the development issuer is for development.');
    if (isPlainHttp(set.AUTH_JWKS_URL))
      mistakes.push('AUTH_JWKS_URL is not https: anyone on the network path could replace the keys.');
    if (set.AUTH_DEVELOPMENT_KEY) mistakes.push('AUTH_DEVELOPMENT_KEY is set: it is for development.');
    if (set.SEED_DATA === 'true') mistakes.push('SEED_DATA is true: sample data is for development.');
    if (set.QUERY_TIMING_PAGE === 'true' && !set.MANAGEMENT_PORT)
      mistakes.push(
        'QUERY_TIMING_PAGE is true: set MANAGEMENT_PORT, so that callers of the API cannot reach the page.',
      );
    if (set.QUERY_TIMING_PAGE === 'true' && !set.QUERY_TIMING_PAGE_PASSWORD)
      mistakes.push('QUERY_TIMING_PAGE is true: set QUERY_TIMING_PAGE_PASSWORD.');
    if (set.CORS_ORIGINS?.split(',').some((origin) => origin.trim() === '*'))
      mistakes.push('CORS_ORIGINS contains *: list the origins.');
  }
  return mistakes;
}

/** Compares the parsed protocol, because `HTTP:` is valid too. */
function isPlainHttp(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) && new URL(url).protocol === 'http:';
}

function toConfiguration(from: Environment, isTerminal: boolean): Configuration {
  const production = from.NODE_ENV === 'production';
  return {
    environment: from.NODE_ENV,
    http: {
      host: from.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
      port: from.PORT,
      managementPort: from.MANAGEMENT_PORT,
      corsOrigins: from.CORS_ORIGINS,
      rateLimit: from.RATE_LIMIT,
      rateLimitWindowMs: from.RATE_LIMIT_WINDOW_MS,
      rateLimitStore: from.RATE_LIMIT_STORE
        ? { url: from.RATE_LIMIT_STORE, timeoutMs: from.RATE_LIMIT_STORE_TIMEOUT_MS }
        : undefined,
      // As many as can have a database connection or wait for one.
      maxInProgress: from.MAX_REQUESTS_IN_PROGRESS ?? from.DATABASE_POOL_SIZE + from.DATABASE_POOL_QUEUE,
      maxEventLoopLagMs: from.MAX_EVENT_LOOP_LAG_MS,
      trustProxy: from.TRUST_PROXY,
      bodyLimitBytes: from.BODY_LIMIT_BYTES,
      requestTimeoutMs: from.REQUEST_TIMEOUT_MS,
      docs: from.API_DOCS,
      exports: {
        limit: from.EXPORT_LIMIT,
        limitPerCaller: from.EXPORT_LIMIT_PER_CALLER,
        idleTimeoutMs: from.EXPORT_IDLE_TIMEOUT_MS,
      },
      drainMs: from.SHUTDOWN_DRAIN_MS,
    },
    database: {
      url: from.DATABASE_URL,
      replica: from.DATABASE_REPLICA_URL
        ? { url: from.DATABASE_REPLICA_URL, maxLagMs: from.DATABASE_REPLICA_MAX_LAG_MS }
        : undefined,
      poolSize: from.DATABASE_POOL_SIZE,
      poolQueue: from.DATABASE_POOL_QUEUE,
      acquireTimeoutMs: from.DATABASE_ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: from.DATABASE_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: from.DATABASE_LOCK_TIMEOUT_MS,
      idleInTransactionTimeoutMs: from.DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS,
      connectionMaxAgeMs: from.DATABASE_CONNECTION_MAX_AGE_MS,
      preparedStatements: from.DATABASE_PREPARED_STATEMENTS,
      connectAttempts: from.DATABASE_CONNECT_ATTEMPTS,
      migrate: from.DATABASE_MIGRATE,
      seed: from.SEED_DATA ?? !production,
    },
    auth: {
      audience: from.AUTH_AUDIENCE,
      algorithms: from.AUTH_ALGORITHMS,
      isTypeRequired: from.AUTH_TOKEN_TYPE !== undefined,
      issuer:
        from.AUTH_ISSUER && from.AUTH_JWKS_URL ? { name: from.AUTH_ISSUER, jwksUrl: from.AUTH_JWKS_URL } : undefined,
      developmentKey: from.AUTH_DEVELOPMENT_KEY,
    },
    idempotency: {
      retentionMs: from.IDEMPOTENCY_RETENTION_HOURS * 3_600_000,
      sweepIntervalMs: from.IDEMPOTENCY_SWEEP_INTERVAL_MS,
    },
    outbox: {
      relay: from.OUTBOX_RELAY,
      pollIntervalMs: from.OUTBOX_POLL_INTERVAL_MS,
      concurrency: from.OUTBOX_CONCURRENCY,
      sendTimeoutMs: from.OUTBOX_SEND_TIMEOUT_MS,
      leaseMs: from.OUTBOX_LEASE_MS,
      maxAttempts: from.OUTBOX_MAX_ATTEMPTS,
      retryDelayMs: from.OUTBOX_RETRY_DELAY_MS,
    },
    logging: { level: from.LOG_LEVEL, format: from.LOG_FORMAT ?? (isTerminal && !production ? 'pretty' : 'json') },
    queryTiming: {
      enabled: from.QUERY_TIMING_ENABLED,
      slowThresholdMs: from.QUERY_TIMING_SLOW_THRESHOLD_MS,
      topStatements: from.QUERY_TIMING_TOP_STATEMENTS,
      page: from.QUERY_TIMING_PAGE ?? from.NODE_ENV === 'development',
      pagePassword: from.QUERY_TIMING_PAGE_PASSWORD,
      explain: from.QUERY_TIMING_EXPLAIN ?? from.NODE_ENV === 'development',
    },
  };
}

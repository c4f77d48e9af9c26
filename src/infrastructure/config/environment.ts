import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { mistakesInDatabaseUrl } from './database-url';
import { isHost, mistakeInProxy, mistakesInStoreUrl, originOf } from './network-settings';
import { SERVICE_NAME } from './service-name';

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `is not between ${minimum} and ${maximum}`);

const milliseconds = wholeNumber(0, 86_400_000);
const port = wholeNumber(0, 65_535);
const flag = z.enum(['true', 'false'], 'is neither true nor false').transform((value) => value === 'true');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/**
 * What the service takes as it is, but for the line break at the end of a file that a secret was made of. Other white space and
 * quotation marks would be part of the value, and nothing would match it.
 */
const text = (error?: string) =>
  z
    .string(error)
    .overwrite(withoutLineBreak)
    .superRefine((value, context) => {
      const add = (message: string) => context.addIssue({ code: 'custom', message, continue: false });
      if (value.trim() !== value) add('begins or ends with white space, which belongs to the value: remove it');
      else if (/^(["'])[^]*\1$/.test(value)) add('is in quotation marks, which belong to the value: remove them');
    });
const withoutLineBreak = (value: string): string => value.replace(/(?:\r?\n)+$/, '');
const url = (...protocols: string[]) =>
  text().refine(
    (value) => {
      const parsed = URL.canParse(value) ? new URL(value) : undefined;
      return parsed !== undefined && protocols.includes(parsed.protocol);
    },
    `is not a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  );

const databaseUrl = text(
  'is missing: set it to the connection string of a PostgreSQL (npm start provides one for development)',
).superRefine((value, context) => {
  for (const message of mistakesInDatabaseUrl(value)) context.addIssue({ code: 'custom', message });
});

function hasNoUser(value: string): boolean {
  const { username, password } = new URL(value);
  return username === '' && password === '';
}

const signatureAlgorithms = z.enum(
  ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
  'names an algorithm that is unknown or not asymmetric',
);

function isPrivateKey(text: string): boolean {
  try {
    return (
      createPrivateKey({ key: JSON.parse(text) as never, format: 'jwk' }).asymmetricKeyDetails?.namedCurve ===
      'prime256v1'
    );
  } catch {
    return false;
  }
}

/** Every environment variable of the service, with its meaning, its unit and its default. */
export const environmentSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'is not development, test or production')
    .default('development')
    .describe('Environment of the service. In production, settings that are meant for development are refused.'),

  V8_TUNING: flag
    .default(false)
    .describe('Set the V8 flags of `src/v8-settings.ts`, which save CPU and memory. The image sets it to true.'),

  HOST: text()
    .refine(
      isHost,
      'is neither an address nor the name of a host: write it like 0.0.0.0 or ::, without brackets and port',
    )
    .optional()
    .describe('Address to listen on. 127.0.0.1 in development, 0.0.0.0 in production.'),
  PORT: port.default(3000).describe('Port of the API; 0 selects a free one.'),
  MANAGEMENT_PORT: port.optional().describe('Port of metrics and health. Unset: the port of the API.'),

  DATABASE_URL: databaseUrl.describe(
    'Connection string of a PostgreSQL 14 or later. Required; `npm start` provides one for development. What it leaves out is ' +
      'taken from PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE.',
  ),
  DATABASE_REPLICA_URL: databaseUrl
    .optional()
    .describe(
      'Connection string of a standby that serves reads which may be a little old. Unset: the primary serves all.',
    ),
  DATABASE_REPLICA_MAX_LAG_MS: wholeNumber(100, 86_400_000)
    .default(5_000)
    .describe(
      'Maximum age in ms of what is read from the replica; while it may be older, the primary serves all reads.',
    ),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000).default(10).describe('Maximum number of connections.'),
  DATABASE_POOL_QUEUE: wholeNumber(0, 100_000)
    .default(50)
    .describe('Maximum number of requests that wait for a connection; further ones get a 503.'),
  DATABASE_ACQUIRE_TIMEOUT_MS: wholeNumber(1, 86_400_000)
    .default(3_000)
    .describe('Maximum wait for a connection in ms.'),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds
    .default(5_000)
    .describe('Maximum run time of a statement in ms; 0 disables the limit.'),
  DATABASE_LOCK_TIMEOUT_MS: milliseconds
    .default(2_000)
    .describe('Maximum wait of a statement for a lock in ms; 0 disables the limit.'),
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: milliseconds
    .default(10_000)
    .describe('Maximum idle time within a transaction in ms; 0 disables the limit.'),
  DATABASE_CONNECTION_MAX_AGE_MS: milliseconds
    .default(1_800_000)
    .describe('Maximum age of a connection in ms, less up to a fifth at random; 0 disables the limit.'),
  DATABASE_PREPARED_STATEMENTS: wholeNumber(0, 10_000)
    .default(100)
    .describe('Maximum number of prepared statements per connection; 0 prepares none.'),
  DATABASE_CONNECT_ATTEMPTS: wholeNumber(1, 1_000)
    .default(5)
    .describe('Maximum number of attempts to connect to the database at the start.'),
  DATABASE_MIGRATE: flag
    .default(true)
    .describe('Run missing migrations at the start. If false, the service refuses to start while any is missing.'),
  SEED_DATA: flag
    .optional()
    .describe('Insert sample data into an empty database. Defaults to true in development and test.'),

  AUTH_JWKS_URL: url('https:', 'http:')
    .refine(hasNoUser, 'contains a user or a password, with which the keys cannot be fetched: remove them')
    .optional()
    .describe('URL of the key set of the token issuer.'),
  AUTH_ISSUER: text().optional().describe('Required `iss` of a token.'),
  AUTH_AUDIENCE: text().default(SERVICE_NAME).describe('Required `aud` of a token.'),
  AUTH_ALGORITHMS: list
    .pipe(z.array(signatureAlgorithms).min(1, 'names no algorithm'))
    .default(['ES256', 'RS256'])
    .describe('Accepted signature algorithms, comma separated.'),
  AUTH_TOKEN_TYPE: z
    .literal('at+jwt', 'is not at+jwt, the type of RFC 9068')
    .optional()
    .describe(
      'Required `typ` of the header of a token: `at+jwt`, if the issuer sets it. Unset: `JWT` and none are accepted too, unless the ' +
        'claims show that it is an ID token.',
    ),
  AUTH_DEVELOPMENT_KEY: z
    .string()
    .refine(isPrivateKey, 'is not a private key of P-256 as a JWK')
    .optional()
    .describe(
      'Private key (a JWK of P-256) with which the development issuer signs. Unset: a new one at each start. `npm run dev` sets ' +
        'it, so that tokens survive a reload.',
    ),

  CORS_ORIGINS: list
    .superRefine((origins, context) => {
      for (const origin of origins) {
        const right = originOf(origin);
        if (origin === '*' || origin === right) continue;
        const instead = right === undefined ? 'write it like https://www.example.com' : `write ${right}`;
        context.addIssue({ code: 'custom', message: `contains ${origin}, which is not an origin: ${instead}` });
      }
    })
    .default([])
    .describe('Origins that may call the API from a browser, comma separated.'),
  RATE_LIMIT: wholeNumber(0, 1_000_000_000)
    .default(600)
    .describe('Maximum number of requests per caller and window; 0 disables the limit.'),
  RATE_LIMIT_WINDOW_MS: wholeNumber(1, 86_400_000).default(60_000).describe('Length of the window in ms.'),
  RATE_LIMIT_STORE: text()
    .superRefine((value, context) => {
      for (const message of mistakesInStoreUrl(value)) context.addIssue({ code: 'custom', message });
    })
    .optional()
    .describe('URL of a Redis or Valkey in which all instances count requests. Unset: each instance limits by itself.'),
  RATE_LIMIT_STORE_TIMEOUT_MS: wholeNumber(1, 10_000)
    .default(50)
    .describe(
      'Maximum time in ms that a request waits for the store. After a failure each instance limits by itself for at least a ' +
        'second, and requests do not wait.',
    ),
  MAX_REQUESTS_IN_PROGRESS: wholeNumber(0, 1_000_000)
    .optional()
    .describe(
      'Maximum number of requests that the process handles at a time; further ones get a 503. 0 disables the limit. Unset: ' +
        'DATABASE_POOL_SIZE + DATABASE_POOL_QUEUE.',
    ),
  MAX_EVENT_LOOP_LAG_MS: milliseconds
    .default(250)
    .describe('Smoothed delay of the event loop in ms from which on new requests get a 503; 0 disables the limit.'),
  TRUST_PROXY: list
    .superRefine((proxies, context) => {
      for (const proxy of proxies) {
        const mistake = mistakeInProxy(proxy);
        if (mistake) context.addIssue({ code: 'custom', message: `contains ${proxy}, ${mistake}` });
      }
    })
    .default([])
    .describe('Addresses or networks of proxies whose X-Forwarded-For is trusted, comma separated.'),
  BODY_LIMIT_BYTES: wholeNumber(1, 104_857_600)
    .default(65_536)
    .describe('Maximum size of a request body; a larger one gets a 413.'),
  REQUEST_TIMEOUT_MS: wholeNumber(1, 300_000)
    .default(10_000)
    .describe('Maximum time in ms in which a request must arrive.'),
  API_DOCS: flag.default(true).describe('Serve the OpenAPI page at /docs and the document at /docs/json.'),

  EXPORT_LIMIT: wholeNumber(1, 100_000)
    .default(10)
    .describe('Maximum number of concurrent exports; further ones get a 503.'),
  EXPORT_LIMIT_PER_CALLER: wholeNumber(1, 100_000)
    .default(2)
    .describe('Maximum number of concurrent exports per caller; further ones get a 429.'),
  EXPORT_IDLE_TIMEOUT_MS: wholeNumber(1, 86_400_000)
    .default(30_000)
    .describe('Time in ms after which an export is ended if its client reads nothing.'),

  IDEMPOTENCY_RETENTION_HOURS: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'is not a number of hours')
    .transform(Number)
    .refine((hours) => hours > 0 && hours <= 8_760, 'is not between 0 and 8760')
    .default(24)
    .describe('How many hours an idempotency key is kept.'),
  IDEMPOTENCY_SWEEP_INTERVAL_MS: wholeNumber(100, 86_400_000)
    .default(60_000)
    .describe('Interval in ms at which expired idempotency keys are deleted.'),

  OUTBOX_RELAY: flag
    .default(true)
    .describe('Send stored events from this process. If false, another process of the service must.'),
  OUTBOX_POLL_INTERVAL_MS: wholeNumber(10, 86_400_000)
    .default(1_000)
    .describe(
      'Interval in ms at which the process looks for events that other processes have stored, and for events to send again.',
    ),
  OUTBOX_CONCURRENCY: wholeNumber(1, 10_000)
    .default(20)
    .describe('Maximum number of events that the process sends at a time.'),
  OUTBOX_SEND_TIMEOUT_MS: wholeNumber(1, 3_600_000)
    .default(5_000)
    .describe('Maximum time in ms to send an event; then the attempt has failed.'),
  OUTBOX_LEASE_MS: wholeNumber(1, 86_400_000)
    .default(30_000)
    .describe(
      'Time in ms after which another process sends the events of a process that has ended while it sent them. Longer than ' +
        'OUTBOX_SEND_TIMEOUT_MS.',
    ),
  OUTBOX_MAX_ATTEMPTS: wholeNumber(1, 1_000)
    .default(20)
    .describe('Number of failed attempts after which an event is dead: it is kept, and not sent again by itself.'),
  OUTBOX_RETRY_DELAY_MS: wholeNumber(1, 600_000)
    .default(1_000)
    .describe(
      'Time in ms before the second attempt to send an event. It doubles with each attempt, up to ten minutes.',
    ),

  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'is not a pino log level')
    .default('info')
    .describe('Minimum level of log lines.'),
  LOG_FORMAT: z
    .enum(['json', 'pretty'], 'is neither json nor pretty')
    .optional()
    .describe(
      'Format of log lines: JSON, or one readable line each. Defaults to pretty on a terminal outside of production, else to ' +
        'json.',
    ),

  QUERY_TIMING_ENABLED: flag.default(true).describe('Measure every database query.'),
  QUERY_TIMING_TOP_STATEMENTS: flag
    .default(true)
    .describe(
      'Also export calls and time per statement, for the first hundred statements: up to 200 series per instance.',
    ),
  QUERY_TIMING_EXPLAIN: flag
    .optional()
    .describe('Capture the plans of slow statements, without their values. Defaults to true in development.'),
  QUERY_TIMING_SLOW_THRESHOLD_MS: milliseconds
    .default(100)
    .describe('Duration in ms from which on a query counts as slow.'),
  QUERY_TIMING_PAGE: flag
    .optional()
    .describe(
      'Serve the live page of the query timing at /query-timing, beside the metrics. Defaults to true in development.',
    ),
  QUERY_TIMING_PAGE_PASSWORD: text()
    .min(16, 'is shorter than 16 characters')
    .optional()
    .describe('Password of that page, with any user name. Required in production.'),

  SHUTDOWN_DRAIN_MS: milliseconds
    .default(5_000)
    .describe(
      'Time in ms after SIGTERM in which the service reports not ready but still serves requests, so that load balancers ' +
        'can remove it.',
    ),
});

export type Environment = z.output<typeof environmentSchema>;

import { z } from 'zod';
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
const url = (...protocols: string[]) =>
  z.string().refine(
    (value) => {
      const parsed = URL.canParse(value) ? new URL(value) : undefined;
      return parsed !== undefined && protocols.includes(parsed.protocol);
    },
    `is not a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  );

const signatureAlgorithms = z.enum(
  ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
  'names an algorithm that is not asymmetric or not known',
);

/** Every environment variable of the service, each with its meaning, its unit and its default. */
export const environmentSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'is not development, test or production')
    .default('development')
    .describe('What the service runs for. In production every development setting is refused.'),

  V8_TUNING: flag
    .default(false)
    .describe('Set the V8 flags of `src/v8-settings.ts`, which save CPU and memory. The image sets it to true.'),

  HOST: z.string().min(1).optional().describe('Address to listen on. 127.0.0.1 in development, 0.0.0.0 in production.'),
  PORT: port.default(3000).describe('Port of the API; 0 takes a free one.'),
  MANAGEMENT_PORT: port.optional().describe('Port of metrics and health. Unset: they are on the port of the API.'),

  DATABASE_URL: z
    .string('is missing: set it to the connection string of a PostgreSQL (npm start brings one for development)')
    .pipe(url('postgres:', 'postgresql:'))
    .describe('Connection string of a PostgreSQL 14 or later. Required; `npm start` brings one for development.'),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000).default(10).describe('Connections at most.'),
  DATABASE_POOL_QUEUE: wholeNumber(0, 100_000)
    .default(50)
    .describe('Requests that may wait for a connection; beyond them the answer is 503.'),
  DATABASE_ACQUIRE_TIMEOUT_MS: wholeNumber(1, 86_400_000).default(3_000).describe('Wait for a connection at most.'),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds.default(5_000).describe('A statement runs at most so long; 0: no limit.'),
  DATABASE_LOCK_TIMEOUT_MS: milliseconds.default(2_000).describe('A statement waits for a lock at most; 0: no limit.'),
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: milliseconds
    .default(10_000)
    .describe('A transaction may do nothing for at most so long; 0: no limit.'),
  DATABASE_CONNECT_ATTEMPTS: wholeNumber(1, 1_000).default(5).describe('Attempts to reach the database at the start.'),
  DATABASE_MIGRATE: flag
    .default(true)
    .describe('Run the missing migrations at the start. If false, a start without them is refused.'),
  SEED_DATA: flag.optional().describe('Put sample data into an empty database. True in development.'),

  AUTH_JWKS_URL: url('https:', 'http:').optional().describe('Where the issuer publishes its keys.'),
  AUTH_ISSUER: z.string().min(1).optional().describe('The `iss` that a token must have.'),
  AUTH_AUDIENCE: z.string().min(1).default(SERVICE_NAME).describe('The `aud` that a token must have.'),
  AUTH_ALGORITHMS: list
    .pipe(z.array(signatureAlgorithms).min(1, 'names no algorithm'))
    .default(['ES256', 'RS256'])
    .describe('Signature algorithms that are taken, comma separated.'),

  CORS_ORIGINS: list.default([]).describe('Origins whose pages may call the API, comma separated. None by default.'),
  RATE_LIMIT: wholeNumber(0, 1_000_000_000)
    .default(600)
    .describe('Requests that one caller may make in a window; 0: no limit.'),
  RATE_LIMIT_WINDOW_MS: wholeNumber(1, 86_400_000).default(60_000).describe('Length of the window.'),
  TRUST_PROXY: list.default([]).describe('Addresses or networks of proxies whose X-Forwarded-For is believed.'),
  BODY_LIMIT_BYTES: wholeNumber(1, 104_857_600).default(65_536).describe('A larger body is refused with 413.'),
  REQUEST_TIMEOUT_MS: wholeNumber(1, 3_600_000).default(10_000).describe('A request must have arrived within this.'),
  API_DOCS: flag.default(true).describe('Serve the OpenAPI page at /docs and the document at /docs/json.'),

  IDEMPOTENCY_RETENTION_HOURS: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'is not a number of hours')
    .transform(Number)
    .refine((hours) => hours > 0 && hours <= 8_760, 'is not between 0 and 8760')
    .default(24)
    .describe('How long an idempotency key is kept.'),
  IDEMPOTENCY_SWEEP_INTERVAL_MS: wholeNumber(100, 86_400_000)
    .default(60_000)
    .describe('How often expired idempotency keys are deleted.'),

  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'is not a level of pino')
    .default('info')
    .describe('The least that is logged.'),
  LOG_FORMAT: z
    .enum(['json', 'pretty'], 'is neither json nor pretty')
    .optional()
    .describe('Pretty on a terminal, JSON elsewhere.'),

  QUERY_TIMING_ENABLED: flag.default(true).describe('Time every query.'),
  QUERY_TIMING_TOP_STATEMENTS: flag
    .default(false)
    .describe('Export calls and time by statement too, for the first hundred statements seen.'),
  QUERY_TIMING_SLOW_THRESHOLD_MS: milliseconds.default(100).describe('A query is slow from here on.'),

  SHUTDOWN_DRAIN_MS: milliseconds
    .default(5_000)
    .describe(
      'After SIGTERM: time in which the service still answers, not ready, until nobody sends requests any more.',
    ),
});

export type Environment = z.output<typeof environmentSchema>;

import fastify from 'fastify';
import { generateKeyPairSync } from 'node:crypto';
import { readConfiguration } from '../../../src/infrastructure/config/configuration';
import { environmentSchema } from '../../../src/infrastructure/config/environment';
import { SERVICE_NAME } from '../../../src/infrastructure/config/service-name';

type Variables = Record<string, string | undefined>;

const required = { DATABASE_URL: 'postgres://localhost/service' };

const developmentKey = JSON.stringify(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
);

const read = (variables: Variables = {}, isTerminal = false) =>
  readConfiguration({ ...required, ...variables }, isTerminal)._unsafeUnwrap();
const mistakesOf = (variables: Variables) =>
  readConfiguration({ ...required, ...variables })._unsafeUnwrapErr().mistakes;

/** The variables that production requires. */
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://service@db.example/service',
  AUTH_JWKS_URL: 'https://issuer.example/jwks',
  AUTH_ISSUER: 'https://issuer.example',
};

describe('the configuration', () => {
  it('of an empty environment is for development', () => {
    expect(read()).toEqual({
      environment: 'development',
      http: {
        host: '127.0.0.1',
        port: 3000,
        managementPort: undefined,
        maxInProgress: 60,
        maxEventLoopLagMs: 250,
        corsOrigins: [],
        rateLimit: 600,
        rateLimitWindowMs: 60_000,
        trustProxy: [],
        bodyLimitBytes: 65_536,
        requestTimeoutMs: 10_000,
        docs: true,
        exports: { limit: 10, limitPerCaller: 2, idleTimeoutMs: 30_000 },
        drainMs: 5_000,
      },
      database: {
        url: required.DATABASE_URL,
        poolSize: 10,
        poolQueue: 50,
        acquireTimeoutMs: 3_000,
        statementTimeoutMs: 5_000,
        lockTimeoutMs: 2_000,
        idleInTransactionTimeoutMs: 10_000,
        connectionMaxAgeMs: 1_800_000,
        preparedStatements: 100,
        connectAttempts: 5,
        migrate: true,
        seed: true,
      },
      auth: {
        audience: SERVICE_NAME,
        algorithms: ['ES256', 'RS256'],
        isTypeRequired: false,
        issuer: undefined,
        developmentKey: undefined,
      },
      idempotency: { retentionMs: 86_400_000, sweepIntervalMs: 60_000 },
      outbox: {
        relay: true,
        pollIntervalMs: 1_000,
        concurrency: 20,
        sendTimeoutMs: 5_000,
        leaseMs: 30_000,
        maxAttempts: 20,
        retryDelayMs: 1_000,
      },
      logging: { level: 'info', format: 'json' },
      queryTiming: {
        enabled: true,
        slowThresholdMs: 100,
        topStatements: true,
        page: true,
        explain: true,
        pagePassword: undefined,
      },
    });
  });

  it('of production listens on all addresses, and inserts no sample data', () => {
    const { environment, http, database, auth } = read(production);
    expect(environment).toBe('production');
    expect(http.host).toBe('0.0.0.0');
    expect(database).toMatchObject({ url: production.DATABASE_URL, seed: false });
    expect(auth.issuer).toEqual({ name: production.AUTH_ISSUER, jwksUrl: production.AUTH_JWKS_URL });
  });

  it('logs readable lines on a terminal and JSON elsewhere and in production, unless LOG_FORMAT is set', () => {
    expect(read({}, true).logging.format).toBe('pretty');
    expect(read({}, false).logging.format).toBe('json');
    expect(read(production, true).logging.format).toBe('json');
    expect(read({ LOG_FORMAT: 'json' }, true).logging.format).toBe('json');
    expect(read({ LOG_FORMAT: 'pretty' }, false).logging.format).toBe('pretty');
  });

  it.each(Object.keys(environmentSchema.shape).filter((name) => !(name in required)))(
    'treats an empty %s as unset',
    (name) => {
      expect(read({ [name]: '' })).toEqual(read());
    },
  );

  it('contains every variable', () => {
    const everything = {
      NODE_ENV: 'test',
      LOG_FORMAT: 'pretty',
      HOST: '::1',
      PORT: '0',
      MANAGEMENT_PORT: '9464',
      DATABASE_URL: 'postgresql://db.example',
      DATABASE_REPLICA_URL: 'postgresql://replica.example',
      DATABASE_REPLICA_MAX_LAG_MS: '170',
      DATABASE_POOL_SIZE: '1',
      DATABASE_POOL_QUEUE: '2',
      DATABASE_ACQUIRE_TIMEOUT_MS: '3',
      DATABASE_STATEMENT_TIMEOUT_MS: '4',
      DATABASE_LOCK_TIMEOUT_MS: '5',
      DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '6',
      DATABASE_CONNECTION_MAX_AGE_MS: '7',
      DATABASE_PREPARED_STATEMENTS: '70',
      DATABASE_CONNECT_ATTEMPTS: '7',
      DATABASE_MIGRATE: 'false',
      SEED_DATA: 'false',
      AUTH_JWKS_URL: 'http://localhost/jwks',
      AUTH_ISSUER: 'me',
      AUTH_AUDIENCE: 'you',
      AUTH_ALGORITHMS: 'EdDSA, PS512',
      AUTH_TOKEN_TYPE: 'at+jwt',
      AUTH_DEVELOPMENT_KEY: developmentKey,
      CORS_ORIGINS: ' https://a.example ,https://b.example,',
      RATE_LIMIT: '8',
      RATE_LIMIT_WINDOW_MS: '9',
      RATE_LIMIT_STORE: 'rediss://me:p%40ss@cache.example:6380/2',
      RATE_LIMIT_STORE_TIMEOUT_MS: '18',
      MAX_REQUESTS_IN_PROGRESS: '15',
      MAX_EVENT_LOOP_LAG_MS: '16',
      TRUST_PROXY: '10.0.0.0/8, 127.0.0.1',
      BODY_LIMIT_BYTES: '10',
      REQUEST_TIMEOUT_MS: '11',
      API_DOCS: 'false',
      EXPORT_LIMIT: '15',
      EXPORT_LIMIT_PER_CALLER: '16',
      EXPORT_IDLE_TIMEOUT_MS: '17',
      IDEMPOTENCY_RETENTION_HOURS: '0.5',
      IDEMPOTENCY_SWEEP_INTERVAL_MS: '120',
      OUTBOX_RELAY: 'false',
      OUTBOX_POLL_INTERVAL_MS: '21',
      OUTBOX_CONCURRENCY: '22',
      OUTBOX_SEND_TIMEOUT_MS: '23',
      OUTBOX_LEASE_MS: '24',
      OUTBOX_MAX_ATTEMPTS: '25',
      OUTBOX_RETRY_DELAY_MS: '26',
      LOG_LEVEL: 'trace',
      QUERY_TIMING_ENABLED: 'false',
      QUERY_TIMING_PAGE: 'false',
      QUERY_TIMING_PAGE_PASSWORD: 'a-long-enough-password',
      QUERY_TIMING_EXPLAIN: 'true',
      QUERY_TIMING_SLOW_THRESHOLD_MS: '13',
      QUERY_TIMING_TOP_STATEMENTS: 'false',
      SHUTDOWN_DRAIN_MS: '14',
      V8_TUNING: 'true',
    };
    expect(Object.keys(everything).sort()).toEqual(Object.keys(environmentSchema.shape).sort());
    expect(read(everything)).toEqual({
      environment: 'test',
      http: {
        host: '::1',
        port: 0,
        managementPort: 9464,
        corsOrigins: ['https://a.example', 'https://b.example'],
        rateLimit: 8,
        rateLimitWindowMs: 9,
        rateLimitStore: { url: 'rediss://me:p%40ss@cache.example:6380/2', timeoutMs: 18 },
        maxInProgress: 15,
        maxEventLoopLagMs: 16,
        trustProxy: ['10.0.0.0/8', '127.0.0.1'],
        bodyLimitBytes: 10,
        requestTimeoutMs: 11,
        docs: false,
        exports: { limit: 15, limitPerCaller: 16, idleTimeoutMs: 17 },
        drainMs: 14,
      },
      database: {
        url: 'postgresql://db.example',
        replica: { url: 'postgresql://replica.example', maxLagMs: 170 },
        poolSize: 1,
        poolQueue: 2,
        acquireTimeoutMs: 3,
        statementTimeoutMs: 4,
        lockTimeoutMs: 5,
        idleInTransactionTimeoutMs: 6,
        connectionMaxAgeMs: 7,
        preparedStatements: 70,
        connectAttempts: 7,
        migrate: false,
        seed: false,
      },
      auth: {
        audience: 'you',
        algorithms: ['EdDSA', 'PS512'],
        isTypeRequired: true,
        issuer: { name: 'me', jwksUrl: 'http://localhost/jwks' },
        developmentKey,
      },
      idempotency: { retentionMs: 1_800_000, sweepIntervalMs: 120 },
      outbox: {
        relay: false,
        pollIntervalMs: 21,
        concurrency: 22,
        sendTimeoutMs: 23,
        leaseMs: 24,
        maxAttempts: 25,
        retryDelayMs: 26,
      },
      logging: { level: 'trace', format: 'pretty' },
      queryTiming: {
        enabled: false,
        slowThresholdMs: 13,
        topStatements: false,
        page: false,
        explain: true,
        pagePassword: 'a-long-enough-password',
      },
    });
  });

  it('ignores other variables', () => {
    expect(read({ PATH: '/bin', npm_config_loglevel: 'silly' })).toEqual(read());
  });
});

describe('the requests in progress', () => {
  it('are by default as many as can have a connection or wait for one', () => {
    expect(read({ DATABASE_POOL_SIZE: '3', DATABASE_POOL_QUEUE: '4' }).http.maxInProgress).toBe(7);
    expect(read({ MAX_REQUESTS_IN_PROGRESS: '0' }).http.maxInProgress).toBe(0);
  });
});

describe('the page of the query timing', () => {
  it('is on in development only, unless it is asked for', () => {
    expect(read({ NODE_ENV: 'development' }).queryTiming.page).toBe(true);
    expect(read({ NODE_ENV: 'test' }).queryTiming.page).toBe(false);
    expect(read(production).queryTiming.page).toBe(false);
  });

  it('needs a listener and a password in production', () => {
    expect(mistakesOf({ ...production, QUERY_TIMING_PAGE: 'true' })).toEqual([
      'QUERY_TIMING_PAGE is true: set MANAGEMENT_PORT, so that callers of the API cannot reach the page.',
      'QUERY_TIMING_PAGE is true: set QUERY_TIMING_PAGE_PASSWORD.',
    ]);
    const settings = { QUERY_TIMING_PAGE: 'true', MANAGEMENT_PORT: '9464' };
    const mistakes = mistakesOf({ ...production, ...settings, QUERY_TIMING_PAGE_PASSWORD: 'short' });
    expect(mistakes).toEqual(['QUERY_TIMING_PAGE_PASSWORD is shorter than 16 characters.']);
    const page = read({ ...production, ...settings, QUERY_TIMING_PAGE_PASSWORD: 'a-long-enough-password' }).queryTiming;
    expect(page).toMatchObject({ page: true, pagePassword: 'a-long-enough-password' });
  });
});

describe('a mistake in the configuration', () => {
  it.each([undefined, ''])('is a DATABASE_URL of %j, which says where to get one', (value) => {
    expect(mistakesOf({ DATABASE_URL: value })).toEqual([
      expect.stringMatching(/^DATABASE_URL is missing: .*npm start/),
    ]);
  });

  it.each<[string, string, string]>([
    ['NODE_ENV', 'staging', 'is not development, test or production'],
    ['PORT', '65536', 'is not between 0 and 65535'],
    ['PORT', '80a', 'is not a whole number'],
    ['PORT', '-1', 'is not a whole number'],
    ['PORT', ' ', 'is not a whole number'],
    ['MANAGEMENT_PORT', '1e3', 'is not a whole number'],
    ['DATABASE_URL', 'mysql://db', 'is not a URL that starts with postgres:// or postgresql://'],
    ['DATABASE_URL', 'db.example', 'is not a URL that starts with postgres:// or postgresql://'],
    ['DATABASE_REPLICA_URL', 'db.example', 'is not a URL that starts with postgres:// or postgresql://'],
    ['DATABASE_REPLICA_URL', 'postgres://db/one?max=3', 'contains the parameter max: use DATABASE_POOL_SIZE'],
    [
      'DATABASE_REPLICA_URL',
      required.DATABASE_URL,
      'is DATABASE_URL: set it to the address of a standby, or leave it unset',
    ],
    ['DATABASE_POOL_SIZE', '0', 'is not between 1 and 1000'],
    ['REQUEST_TIMEOUT_MS', '300001', 'is not between 1 and 300000'],
    ['DATABASE_STATEMENT_TIMEOUT_MS', '5s', 'is not a whole number'],
    ['DATABASE_MIGRATE', 'yes', 'is neither true nor false'],
    ['SEED_DATA', 'TRUE', 'is neither true nor false'],
    ['AUTH_ALGORITHMS', 'ES256,HS256', 'names an algorithm that is unknown or not asymmetric'],
    ['AUTH_ALGORITHMS', 'none', 'names an algorithm that is unknown or not asymmetric'],
    ['AUTH_ALGORITHMS', ',', 'names no algorithm'],
    ['IDEMPOTENCY_RETENTION_HOURS', '0', 'is not between 0 and 8760'],
    ['IDEMPOTENCY_RETENTION_HOURS', 'a day', 'is not a number of hours'],
    ['IDEMPOTENCY_SWEEP_INTERVAL_MS', '1', 'is not between 100 and 86400000'],
    ['AUTH_DEVELOPMENT_KEY', '{"kty":"EC"}', 'is not a private key of P-256 as a JWK'],
    ['OUTBOX_RELAY', 'yes', 'is neither true nor false'],
    ['OUTBOX_POLL_INTERVAL_MS', '9', 'is not between 10 and 86400000'],
    ['OUTBOX_MAX_ATTEMPTS', '0', 'is not between 1 and 1000'],
    ['LOG_LEVEL', 'verbose', 'is not a pino log level'],
    ['LOG_FORMAT', 'xml', 'is neither json nor pretty'],
  ])('%s=%s is reported in one line', (name, value, mistake) => {
    const lines = mistakesOf({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}(\\.\\d)? ${mistake}\\.$`));
  });

  it('does not hide another: all of them are reported together', () => {
    const mistakes = mistakesOf({ PORT: 'x', LOG_LEVEL: 'loud', AUTH_ISSUER: 'alone', RATE_LIMIT: '-1' });
    expect(mistakes.map((line) => line.split(' ')[0])).toEqual(['PORT', 'RATE_LIMIT', 'LOG_LEVEL', 'AUTH_JWKS_URL']);
  });

  const taken = {
    HOST: '127.0.0.1',
    DATABASE_URL: 'postgres://db/shop',
    DATABASE_REPLICA_URL: 'postgres://standby/shop',
    AUTH_JWKS_URL: 'https://issuer.example/jwks',
    AUTH_ISSUER: 'https://issuer.example/',
    AUTH_AUDIENCE: 'shop',
    RATE_LIMIT_STORE: 'redis://cache',
    QUERY_TIMING_PAGE_PASSWORD: 'a-long-enough-password',
  };
  it.each(Object.entries(taken))('is what surrounds a value that is taken as it is: %s', (name, value) => {
    const around = (text: string) => mistakesOf({ ...taken, [name]: text });
    for (const padded of [`${value} `, `\t${value}`, `\n${value}`, `${value} \n`]) {
      expect(around(padded)).toEqual([
        `${name} begins or ends with white space, which belongs to the value: remove it.`,
      ]);
    }
    for (const quoted of [`"${value}"`, `'${value}'`]) {
      expect(around(quoted)).toEqual([`${name} is in quotation marks, which belong to the value: remove them.`]);
    }
    expect(read({ ...taken, [name]: `${value}\r\n` })).toEqual(read(taken));
  });

  it.each(['[::1]', 'localhost:3000', '300.1.1.1', '10.0.0', 'a b', 'http://localhost', '*', '0.0.0.0/0'])(
    'is %s as HOST, on which nothing can listen',
    (HOST) => {
      expect(mistakesOf({ HOST })).toEqual([
        'HOST is neither an address nor the name of a host: write it like 0.0.0.0 or ::, without brackets and port.',
      ]);
    },
  );

  it.each(['::', 'fe80::1%eth0', 'localhost', 'shop-1.internal.', 'pod_7', '1password'])(
    'is not %s as HOST',
    (HOST) => {
      expect(read({ HOST }).http.host).toBe(HOST);
    },
  );

  it.each(['https://user:password@issuer.example/jwks', 'https://user@issuer.example/jwks'])(
    'is a user in %s, with which no keys are fetched',
    (AUTH_JWKS_URL) => {
      expect(mistakesOf({ AUTH_JWKS_URL, AUTH_ISSUER: 'issuer' })).toEqual([
        'AUTH_JWKS_URL contains a user or a password, with which the keys cannot be fetched: remove them.',
      ]);
    },
  );

  it('is reported without the value, which may be a secret', () => {
    expect(mistakesOf({ DATABASE_URL: 'psql://service:hunter2@db' }).join()).not.toContain('hunter2');
  });

  it.each([{ AUTH_ISSUER: 'https://issuer.example' }, { AUTH_JWKS_URL: 'https://issuer.example/jwks' }])(
    'is an incomplete issuer: %o',
    (variables) => {
      expect(mistakesOf(variables)).toEqual([expect.stringContaining('AUTH_JWKS_URL and AUTH_ISSUER go together')]);
    },
  );

  it('is a lease that ends before an attempt to send has failed', () => {
    const mistake = [expect.stringContaining('OUTBOX_LEASE_MS is not longer than OUTBOX_SEND_TIMEOUT_MS')];
    expect(mistakesOf({ OUTBOX_LEASE_MS: '5000' })).toEqual(mistake);
    expect(mistakesOf({ OUTBOX_SEND_TIMEOUT_MS: '30000' })).toEqual(mistake);
    expect(read({ OUTBOX_SEND_TIMEOUT_MS: '30000', OUTBOX_LEASE_MS: '30001' }).outbox.leaseMs).toBe(30_001);
  });

  it('is the same port for both listeners, unless it is 0', () => {
    const mistake = [expect.stringContaining('MANAGEMENT_PORT is the port of the API')];
    expect(mistakesOf({ MANAGEMENT_PORT: '3000' })).toEqual(mistake);
    expect(mistakesOf({ PORT: '8080', MANAGEMENT_PORT: '8080' })).toEqual(mistake);
    expect(mistakesOf({ MANAGEMENT_PORT: '03000' })).toEqual(mistake);
    expect(read({ PORT: '0', MANAGEMENT_PORT: '0' }).http.managementPort).toBe(0);
    expect(read({ PORT: '8080', MANAGEMENT_PORT: '3000' }).http.managementPort).toBe(3000);
  });
});

describe('a connection string', () => {
  it.each([
    'postgres://db',
    'postgresql://service:p%25%23%2F%3F%40@db.example:6432/shop?sslmode=verify-full',
    'postgresql://service:secret@/shop?host=/run/postgresql',
    'postgres://service@[::1]:5432/shop',
    'postgres://db.example/shop?user=service&password=a@b',
    'postgres://service@db/shop?channel_binding=require',
    'postgres://service@db/shop?client_encoding=utf8&gssencmode=disable',
  ])('%s is accepted', (url) => {
    expect(read({ DATABASE_URL: url }).database.url).toBe(url);
  });

  it.each([
    ['postgres://u:a%b@db/shop', '%', '%25'],
    ['postgres://u:100%@db/shop', '%', '%25'],
    ['postgres://u:a#b@db/shop', '#', '%23'],
    ['postgres://u:1#2@db/shop', '#', '%23'],
    ['postgres://u:a/b@db/shop', '/', '%2F'],
    ['postgres://u:1/2@db/shop', '/', '%2F'],
    ['postgres://u:a?b@db/shop', '?', '%3F'],
    ['postgres://u:a@b@db/shop', '@', '%40'],
    ['postgres://u:a b%2f@db/shop', 'white space', '%20'],
  ])('%s has a %s that must be escaped', (url, character, escape) => {
    expect(mistakesOf({ DATABASE_URL: url })).toEqual([
      `DATABASE_URL contains a ${character} that is not escaped: in a user or password, write it as ${escape}.`,
    ]);
  });

  it.each([
    ['postgres://u@a,b/shop', 'names several hosts, but the driver uses one'],
    ['postgres://u@/shop?host=/run/a,/run/b', 'names several hosts, but the driver uses one'],
    ['postgres://u@db:port/shop', 'cannot be parsed'],
    ['postgres://u:%ff@db/shop', 'cannot be parsed'],
    [
      'postgres://u@db/shop?sslrootcert=/nowhere/ca.pem',
      'names the file /nowhere/ca.pem as sslrootcert, which cannot be read (ENOENT): write the path of an existing file',
    ],
    ['postgres://u@db/shop?statement_timeout=0', 'contains the parameter statement_timeout: use DATABASE_STATEMENT_'],
    ['postgres://u@db/shop?application_name=me', 'contains the parameter application_name: the service sets it'],
    ['postgres://u@db/shop?options=-c%20lock_timeout%3D0', 'contains the parameter options: use the variables'],
    ['postgres://u@db/shop?replication=true', 'contains the parameter replication: the service runs statements'],
    [
      'postgres://u@db/shop?SSLMODE=require',
      'contains the parameter SSLMODE, which the driver ignores: write it as sslmode',
    ],
    [
      'postgres://u@db/shop?client_encoding=LATIN1',
      'contains the parameter client_encoding: the service reads and writes UTF-8',
    ],
    ['postgres://u@db/shop?binary=true', 'contains the parameter binary: the service reads values as texts'],
    [
      'postgres://u@db/shop?gssencmode=require',
      'contains gssencmode=require, which the driver ignores: use sslmode=verify-full',
    ],
    ['postgres://u@db/shop?sslmode=verify-full&sslmode=disable', 'contains the parameter sslmode more than once'],
    [
      'postgres://u@db/shop?sslmode=',
      'contains sslmode without a value, which turns encryption off: use sslmode=verify-full',
    ],
    [
      'postgres://u@db/shop?sslmode=verify-ful',
      'contains sslmode=verify-ful, which does not exist: use one of disable,',
    ],
    ['postgres://u@db/shop?ssl=false', 'contains ssl=false, which the driver takes for true: use sslmode=disable'],
    ['postgres://u@db/shop?requiressl=1', 'contains the parameter requiressl, which the driver ignores: use sslmode='],
    ['postgres://u@db/shop?sslcrl=/etc/crl.pem', 'contains the parameter sslcrl, which the driver ignores: it cannot'],
    [
      'postgres://u@db/shop?sslcrldir=/etc/crl',
      'contains the parameter sslcrldir, which the driver ignores: it cannot',
    ],
    ['postgres://u@db:0/shop', 'has the port 0, which is not a number from 1 to 65535'],
    ['postgres://u@/shop?host=db&port=70000', 'has the port 70000, which is not a number from 1 to 65535'],
    ['postgres://u@/shop?host=db&port=5432,5433', 'has the port 5432,5433, which is not a number from 1 to 65535'],
    ['postgres://u@/shop?host=db&port=postgres', 'has the port postgres, which is not a number from 1 to 65535'],
    ['postgres://u@db/shop%00', 'contains %00, a character that PostgreSQL does not accept'],
  ])('%s is refused, because it %s', (url, mistake) => {
    expect(mistakesOf({ DATABASE_URL: url })).toEqual([expect.stringContaining(`DATABASE_URL ${mistake}`)]);
  });

  it('with several of them lists each', () => {
    expect(mistakesOf({ DATABASE_URL: 'postgres://u@db/shop?lock_timeout=1&max=3' })).toHaveLength(2);
  });
});

describe('the list of trusted proxies', () => {
  it.each(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', 'loopback', 'uniquelocal', 'linklocal'])(
    'takes %s',
    (proxy) => {
      expect(read({ TRUST_PROXY: proxy }).http.trustProxy).toEqual([proxy]);
    },
  );

  it.each(['nginx', '10.0.0.0/33', '1', 'true', '10.0.0', '10.0.0.0/8/8', 'fd00::/129', '10.0.0.0/', '*'])(
    'refuses %s',
    (proxy) => {
      expect(mistakesOf({ TRUST_PROXY: `127.0.0.1,${proxy}` })).toEqual([
        `TRUST_PROXY contains ${proxy}, which is neither an address nor a network: ` +
          'write it like 10.0.0.0/8, or loopback, linklocal or uniquelocal.',
      ]);
    },
  );
});

describe('a trusted proxy', () => {
  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/00'])('is not every address: %s', (proxy) => {
    expect(mistakesOf({ TRUST_PROXY: proxy })).toEqual([
      `TRUST_PROXY contains ${proxy}, which is every address, so that clients could choose theirs: ` +
        'name the networks of your proxies.',
    ]);
  });

  it.each(['fe80::1%eth0', '::ffff:10.0.0.0/8', '::ffff:0.0.0.0/96'])(
    'matches the address of a client: not %s',
    (proxy) => {
      expect(mistakesOf({ TRUST_PROXY: proxy })).toEqual([
        expect.stringContaining(`TRUST_PROXY contains ${proxy}, which is neither an address nor a network`),
      ]);
    },
  );

  it.each(['10.0.0.5/8', '::ffff:10.0.0.0/104', '1.2.3.4/32'])('is whatever the server accepts: %s', (proxy) => {
    const { trustProxy } = read({ TRUST_PROXY: proxy }).http;
    expect(() => fastify({ trustProxy: [...trustProxy] })).not.toThrow();
  });
});

describe('the list of origins', () => {
  it.each([
    ['https://a.example;https://b.example', 'write it like https://www.example.com'],
    ['https://shop.example.com/', 'write https://shop.example.com'],
    ['https://Shop.example.com', 'write https://shop.example.com'],
    ['https://shop.example.com:443', 'write https://shop.example.com'],
    ['https://shop.example.com/page', 'write https://shop.example.com'],
    ['shop.example.com', 'write it like https://www.example.com'],
    ['https://*.example.com', 'write it like https://www.example.com'],
    ['ftp://shop.example.com', 'write it like https://www.example.com'],
    ['null', 'write it like https://www.example.com'],
  ])('refuses %s', (origin, instead) => {
    expect(mistakesOf({ CORS_ORIGINS: origin })).toEqual([
      `CORS_ORIGINS contains ${origin}, which is not an origin: ${instead}.`,
    ]);
  });
});

describe('the store of the rate limit', () => {
  it.each([
    'redis://cache',
    'redis://:secret@10.0.0.7:6379/0',
    'rediss://me:p%40ss@cache.example',
    'redis://[::1]:6379/',
  ])('takes %s', (url) => {
    expect(read({ RATE_LIMIT_STORE: url }).http.rateLimitStore?.url).toBe(url);
  });

  it.each([
    ['cache:6379', 'is not a URL that starts with redis:// or rediss://'],
    ['http://cache', 'is not a URL that starts with redis:// or rediss://'],
    ['redis://', 'names no host'],
    ['redis://cache:port', 'cannot be parsed: in a user or password'],
    ['redis://me:p#ss@cache', 'cannot be parsed: in a user or password'],
    ['redis://me:100%@cache', 'contains a % that is not escaped: write it as %25'],
    ['redis://a,b', 'names several hosts, but one is used: a cluster is not supported'],
    ['redis://cache:0', 'has the port 0, which is not a number from 1 to 65535'],
    ['redis://cache/sessions', 'has the path /sessions, which is not the number of a database'],
    ['redis://cache/0?family=4', 'has something after the number of the database, which is not used'],
  ])('refuses %s, because it %s', (url, mistake) => {
    expect(mistakesOf({ RATE_LIMIT_STORE: url })).toEqual([expect.stringContaining(`RATE_LIMIT_STORE ${mistake}`)]);
  });
});

describe('production refuses', () => {
  it.each<[string, Variables, string]>([
    [
      'the development issuer',
      { AUTH_JWKS_URL: undefined, AUTH_ISSUER: undefined },
      'AUTH_JWKS_URL is missing: the development issuer is for development.',
    ],
    ['keys over plain HTTP', { AUTH_JWKS_URL: 'http://issuer.example/jwks' }, 'AUTH_JWKS_URL is not https'],
    ['sample data', { SEED_DATA: 'true' }, 'SEED_DATA is true'],
    ['every origin', { CORS_ORIGINS: 'https://a.example,*' }, 'CORS_ORIGINS contains *'],
  ])('%s', (_, variables, mistake) => {
    expect(mistakesOf({ ...production, ...variables })).toEqual([expect.stringContaining(mistake)]);
  });

  it('keys over plain HTTP in any spelling', () => {
    expect(mistakesOf({ ...production, AUTH_JWKS_URL: 'HTTP://issuer.example/jwks' })).toEqual([
      expect.stringContaining('AUTH_JWKS_URL is not https'),
    ]);
  });

  it('all of them, in one list', () => {
    expect(
      mistakesOf({ NODE_ENV: 'production', DATABASE_URL: '', SEED_DATA: 'true', CORS_ORIGINS: '*', PORT: 'x' }),
    ).toHaveLength(5);
  });

  it('none of them in development', () => {
    const variables = {
      SEED_DATA: 'true',
      CORS_ORIGINS: '*',
      AUTH_JWKS_URL: 'http://localhost',
      AUTH_ISSUER: 'me',
    };
    expect(readConfiguration({ ...required, ...variables }).isOk()).toBe(true);
  });
});

describe('every variable', () => {
  it.each(Object.entries(environmentSchema.shape))('%s has a description', (_, schema) => {
    expect(schema.description).toMatch(/^[A-Z0-9].*\.$/);
  });
});

import { environmentSchema } from '../../../src/infrastructure/config/environment';
import { misspelledVariables } from '../../../src/infrastructure/config/misspelled-variables';

const line = (given: string, meant: string) =>
  `${given} is not a variable of the service, and is not used: ${meant} is.`;

describe('a variable that is set but not read', () => {
  it.each([
    ['DATABASE_POOLSIZE', 'DATABASE_POOL_SIZE'],
    ['RATE_LIMT_STORE', 'RATE_LIMIT_STORE'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['AUTH_JWKS_URI', 'AUTH_JWKS_URL'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['database_url', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['DATABASE_STATEMENT_TIMEOUT', 'DATABASE_STATEMENT_TIMEOUT_MS'],
    ['REQUEST_TIMEOUT_SECONDS', 'REQUEST_TIMEOUT_MS'],
    ['SHUTDWON_DRIAN_MS', 'SHUTDOWN_DRAIN_MS'],
  ])('is reported with the name that it nearly has: %s', (given, meant) => {
    expect(misspelledVariables({ [given]: 'hush' })).toEqual([line(given, meant)]);
  });

  it.each(Object.keys(environmentSchema.shape).filter((name) => name.length >= 8))(
    'is reported if a letter of %s is missing, or swapped with the next one',
    (name) => {
      const swapped = `${name.slice(0, 2)}${name[3]}${name[2]}${name.slice(4)}`;
      for (const given of [name.slice(0, -2) + name.slice(-1), swapped]) {
        if (given !== name) expect(misspelledVariables({ [given]: '1' })).toEqual([line(given, name)]);
      }
    },
  );

  it('is not reported if the other one is set, or it is empty', () => {
    expect(misspelledVariables({ DATABASE_URI: 'x', DATABASE_URL: 'y' })).toEqual([]);
    expect(misspelledVariables({ DATABASE_URI: '' })).toEqual([]);
    expect(misspelledVariables({ DATABASE_URI: 'x', DATABASE_URL: '' })).toHaveLength(1);
  });

  it('is not reported if it is that of another program', () => {
    const others = [
      ...['DATABASE_HOST', 'DATABASE_PORT', 'DATABASE_NAME', 'DATABASE_USER', 'DATABASE_PASSWORD', 'DATABASE_SCHEMA'],
      ...[
        'DATABASE_SSL',
        'DB_URL',
        'REDIS_URL',
        'PGHOST',
        'PGPASSWORD',
        'POST',
        'HOSTS',
        'PORTS',
        'HOSTNAME',
        'LOG_FILE',
      ],
      ...[
        'LOG_DIR',
        'NODE_OPTIONS',
        'NODE_PATH',
        'NODE_EXTRA_CA_CERTS',
        'AUTH_SECRET',
        'AUTH_URL',
        'API_KEY',
        'API_URL',
      ],
      ...['TRUSTED_PROXIES', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'KUBERNETES_SERVICE_PORT', 'KUBERNETES_PORT'],
      ...['PATH', 'HOME', 'TZ', 'LANG', 'npm_lifecycle_event', 'npm_package_version', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
      ...['UV_THREADPOOL_SIZE', 'RATE_LIMITER', 'DATABASE_REPLICA_HOST', 'PROMETHEUS_PORT', 'SERVICE_NAME'],
    ];
    expect(misspelledVariables(Object.fromEntries(others.map((name) => [name, '1'])))).toEqual([]);
  });

  it('is not a variable of the service', () => {
    const all = Object.fromEntries(Object.keys(environmentSchema.shape).map((name) => [name, '1']));
    expect(misspelledVariables(all)).toEqual([]);
    for (const name of Object.keys(all)) expect(misspelledVariables({ [name]: '1' })).toEqual([]);
  });
});

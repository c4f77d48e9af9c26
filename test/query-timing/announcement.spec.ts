import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { installQueryTiming, installQueryTimingWithPrometheus, type InstallOptions } from '../../src/query-timing/core';
import { recordingLogger } from './support/recording-logger';
import { initializedStub, stubDataSource } from './support/stub-postgres';

/** The line at the start of a timing on a DataSource with these options. */
function lineOf(options: object, timing: InstallOptions = {}): Record<string, unknown> {
  const lines: object[] = [];
  const dataSource = stubDataSource(undefined, options);
  const logger = { warn: () => undefined, info: (entry: object) => void lines.push(entry) };
  installQueryTiming(dataSource, { logger, ...timing });
  expect(lines).toHaveLength(1);
  return lines[0] as Record<string, unknown>;
}

describe('the line at the start', () => {
  it('says what is timed, from when a query is slow, and where the metrics are', () => {
    const options = { host: 'db.example.com', port: 5433, username: 'app', password: 'secret', database: 'shop' };
    const line = lineOf(options, { name: 'reports', registry: new Registry(), slowQueryThresholdMs: 250 });
    expect(line).toEqual({
      message:
        'Query timing is attached to the DataSource "reports" (postgres, db.example.com:5433/shop); slow queries: from ' +
        '250 ms; metrics: db_* in the given registry',
      operation: 'DB_QUERY_TIMING',
      data_source: 'reports',
      driver: 'postgres',
      database: 'db.example.com:5433/shop',
      enabled: true,
      threshold_ms: 250,
      metrics: 'db_* in the given registry',
    });
  });

  it.each<[what: string, options: object, database: string | undefined]>([
    ['a URL', { url: 'postgres://app:secret@db.example.com:5432/shop?password=secret' }, 'db.example.com:5432/shop'],
    [
      'a connection string for the driver',
      { extra: { connectionString: 'postgres://app:secret@db.example.com:5432/shop' } },
      'db.example.com:5432/shop',
    ],
    ['a URL that cannot be parsed', { url: 'postgres://app:secret@[/shop' }, undefined],
    [
      'replicas',
      { replication: { master: { host: 'primary', database: 'shop', password: 'secret' }, slaves: [] } },
      'primary/shop',
    ],
    ['a socket', { host: '/run/postgresql', database: 'shop' }, '/run/postgresql/shop'],
    ['no address', {}, undefined],
  ])('has no secrets of %s', (_, options, database) => {
    const line = lineOf(options);
    expect(line['database']).toBe(database);
    expect(JSON.stringify(line)).not.toContain('secret');
    expect(JSON.stringify(line)).not.toContain('app');
  });

  it.each<[what: string, options: InstallOptions, text: string]>([
    ['no metrics', {}, 'metrics: off'],
    ['a prefix', { registry: new Registry(), metricPrefix: 'shop' }, 'metrics: shop_* in the given registry'],
    [
      'a list of thresholds',
      { slowQueryThresholdMs: [{ statement: 'x', thresholdMs: 5 }] },
      'from 100 ms, with 1 other',
    ],
    ['a timing that is off', { enabled: false }, 'installed on the DataSource "default" (postgres) and switched off'],
  ])('reports %s', (_, options, text) => {
    expect(lineOf({}, options)['message']).toContain(text);
  });

  it('names the default registry', () => {
    const lines: object[] = [];
    const logger = { warn: () => undefined, info: (entry: object) => void lines.push(entry) };
    installQueryTimingWithPrometheus(stubDataSource(), { logger, metricPrefix: 'at_the_start' }).uninstall({
      forget: true,
    });
    expect(lines).toMatchObject([{ metrics: 'at_the_start_* in the default registry of prom-client' }]);
  });

  it("is written with Nest's log, and by no logger that has neither info nor log", () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    installQueryTiming(stubDataSource(), { logger: new Logger('QueryTiming') });
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
    const logger = recordingLogger();
    installQueryTiming(stubDataSource(), { logger });
    expect(logger.entries).toEqual([]);
  });

  it('prevents nothing if the logger throws', async () => {
    const info = () => {
      throw new Error('of the logger');
    };
    const dataSource = await initializedStub();
    const write = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const timing = installQueryTiming(dataSource, { logger: { warn: () => undefined, info } });
    write.mockRestore();
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(1);
  });

  it('has a path of SQLite, but no content of a database in memory', () => {
    const lines: object[] = [];
    const logger = { warn: () => undefined, info: (entry: object) => void lines.push(entry) };
    for (const database of ['orders.db', new Uint8Array([1, 2, 3])]) {
      installQueryTiming(new DataSource({ type: 'sqljs', database } as never), { logger });
    }
    expect(lines.map((line) => (line as { database?: string }).database)).toEqual(['orders.db', undefined]);
  });
});

describe('exemplars', () => {
  const context = () => ({ traceId: 'abc' });
  const openMetrics = new Registry();
  (openMetrics as Registry<never>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const ofAnotherLibrary = { registerMetric: () => undefined, getSingleMetric: () => undefined };

  it.each<[what: string, options: InstallOptions, warnings: number]>([
    ['warn once if the registry prints text', { registry: new Registry(), exemplars: true, context }, 1],
    ['do not warn if it prints OpenMetrics', { registry: openMetrics, exemplars: true, context }, 0],
    ['do not warn if it does not say what it prints', { registry: ofAnotherLibrary, exemplars: true, context }, 0],
    ['do not warn if there are no metrics', { exemplars: true, context }, 0],
    ['do not warn if they are off', { registry: new Registry() }, 0],
  ])('%s', (_, options, warnings) => {
    const logger = recordingLogger();
    installQueryTiming(stubDataSource(), { logger, ...options });
    expect(logger.entries).toHaveLength(warnings);
    for (const { message } of logger.entries) expect(message).toContain('OPENMETRICS_CONTENT_TYPE');
  });
});

describe('a driver without plans', () => {
  it.each([
    ['sqljs', ['Plans are not captured on the TypeORM driver "sqljs".']],
    ['mariadb', []],
    ['postgres', []],
  ] as const)('is logged once: %s', (type, expected) => {
    const logger = recordingLogger();
    const dataSource = new DataSource({ type });
    installQueryTiming(dataSource, { logger, explain: true });
    const messages = logger.entries.map(({ message }) => message);
    expect(messages.filter((message) => String(message).startsWith('Plans'))).toEqual(expected);
  });
});

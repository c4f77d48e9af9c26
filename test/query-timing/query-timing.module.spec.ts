import { Injectable, Logger, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { DataSource, type DataSourceOptions } from 'typeorm';
import {
  getQueryTimingToken,
  InjectQueryTiming,
  installQueryTiming,
  QueryTiming,
  QueryTimingModule,
  type QueryTimingModuleAsyncOptions,
  type QueryTimingModuleOptions,
  type QueryTimingOptions,
  type QueryTimingOptionsFactory,
} from '../../src/query-timing/index';
import { sample } from './support/exposition';
import { recordingLogger } from './support/recording-logger';
import { stubDataSource } from './support/stub-postgres';

const typeOrm = (name?: string) =>
  TypeOrmModule.forRootAsync({
    name,
    useFactory: () => ({ type: 'postgres' }),
    dataSourceFactory: () => Promise.resolve(stubDataSource(undefined, { name } as Partial<DataSourceOptions>)),
  });

const quiet = { logger: recordingLogger() };

async function application(...imports: DynamicModule[]) {
  class ApplicationModule {}
  Module({ imports })(ApplicationModule);
  return NestFactory.createApplicationContext(ApplicationModule, { logger: false, abortOnError: false });
}

const selects = (labels = {}) => sample(register, 'db_queries_total', { query_type: 'SELECT', ...labels });

beforeEach(() => register.clear());

describe('QueryTimingModule', () => {
  it.each([
    ['before', () => [QueryTimingModule.forRoot(quiet), typeOrm()]],
    ['after', () => [typeOrm(), QueryTimingModule.forRoot(quiet)]],
  ])('works when it is imported %s TypeOrmModule', async (_, imports) => {
    const app = await application(...imports());
    await app.get(DataSource).query('SELECT 1');
    expect(app.get(QueryTiming).getSummary().totalQueries).toBe(1);
    expect(await selects()).toBe(1);
    await app.close();
  });

  it('requires no options', async () => {
    const app = await application(QueryTimingModule.forRoot(), typeOrm());
    await app.get(DataSource).query('SELECT 1');
    expect(await selects()).toBe(1);
    await app.close();
  });

  it('logs with a Nest logger by default', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const app = await application(QueryTimingModule.forRoot({ slowQueryThresholdMs: 0 }), typeOrm());
    await app.get(DataSource).query('SELECT 1');
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ operation: 'DB_SLOW_QUERY' }));
    warn.mockRestore();
    await app.close();
  });

  const fromSettings: QueryTimingOptions = { ...quiet, metricPrefix: 'from_settings' };
  class Settings implements QueryTimingOptionsFactory {
    createQueryTimingOptions(): QueryTimingOptions {
      return fromSettings;
    }
  }
  class SlowSettings implements QueryTimingOptionsFactory {
    createQueryTimingOptions(): Promise<QueryTimingOptions> {
      return Promise.resolve(fromSettings);
    }
  }
  class SettingsModule {}
  Module({ providers: [Settings], exports: [Settings] })(SettingsModule);

  it.each<[way: string, options: QueryTimingModuleAsyncOptions]>([
    ['useFactory', { useFactory: () => fromSettings }],
    ['useFactory with a promise', { useFactory: () => Promise.resolve(fromSettings) }],
    [
      'useFactory with inject',
      {
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: (settings: Settings) => settings.createQueryTimingOptions(),
      },
    ],
    ['useClass', { useClass: Settings }],
    ['useClass with a promise', { useClass: SlowSettings }],
    ['useExisting', { imports: [SettingsModule], useExisting: Settings }],
  ])('takes its options from %s', async (_, options) => {
    const app = await application(QueryTimingModule.forRootAsync(options), typeOrm());
    await app.get(DataSource).query('SELECT 1');
    expect(await sample(register, 'from_settings_queries_total', { query_type: 'SELECT' })).toBe(1);
    await app.close();
  });

  it('injects the timing of the default DataSource', async () => {
    @Injectable()
    class Report {
      constructor(@InjectQueryTiming() readonly timing: QueryTiming) {}
    }
    @Module({ imports: [QueryTimingModule.forRoot(quiet), typeOrm()], providers: [Report] })
    class ReportModule {}
    const app = await NestFactory.createApplicationContext(ReportModule, { logger: false });
    expect(app.get(Report).timing).toBeInstanceOf(QueryTiming);
    await app.close();
  });

  it('times several DataSources by name', async () => {
    const timing = QueryTimingModule.forRoot({ ...quiet, dataSources: ['default', 'reports'] });
    const app = await application(timing, typeOrm(), typeOrm('reports'));
    await app.get<DataSource>('reportsDataSource').query('SELECT 1');
    expect(app.get<QueryTiming>(getQueryTimingToken('reports')).getSummary().totalQueries).toBe(1);
    expect(app.get(QueryTiming).getSummary().totalQueries).toBe(0);
    expect(await selects({ data_source: 'reports' })).toBe(1);
    expect(await selects()).toBe(0);
    await app.close();
  });

  it('names a DataSource that does not exist', async () => {
    const forReports = QueryTimingModule.forRoot({ ...quiet, dataSources: ['reports'] });
    await expect(application(forReports, typeOrm())).rejects.toThrow('QueryTimingModule found no DataSource "reports"');
  });

  it('rejects invalid options', async () => {
    const wrong = { slowQueryThresholdMs: -1 } as QueryTimingModuleOptions;
    await expect(application(QueryTimingModule.forRoot(wrong), typeOrm())).rejects.toThrow(
      'slowQueryThresholdMs: expected',
    );
  });

  it('rejects what has no options where they are given', () => {
    expect(() => QueryTimingModule.forRoot(null as unknown as QueryTimingModuleOptions)).toThrow(
      'expected an object of options, got null',
    );
    const forgotten = Promise.resolve({ page: true }) as QueryTimingModuleOptions;
    expect(() => QueryTimingModule.forRoot(forgotten)).toThrow('got a promise, which has to be awaited');
  });

  it.each([[undefined], [null], ['scopes']])('rejects a factory that returns %j', async (returned) => {
    const useFactory = () => returned as unknown as QueryTimingOptions;
    await expect(application(QueryTimingModule.forRootAsync({ useFactory }), typeOrm())).rejects.toThrow(
      'Invalid query timing options:\n  - expected an object of options, got',
    );
  });

  it('sums the metrics of two applications in one process, also after one is closed', async () => {
    const [one, two] = [
      await application(QueryTimingModule.forRoot(quiet), typeOrm()),
      await application(QueryTimingModule.forRoot(quiet), typeOrm()),
    ];
    await one.get(DataSource).query('SELECT 1');
    await two.get(DataSource).query('SELECT 1');
    await one.close();
    expect(await selects()).toBe(2);
    await two.close();
    const third = await application(QueryTimingModule.forRoot(quiet), typeOrm());
    await third.get(DataSource).query('SELECT 1');
    expect(await selects()).toBe(3);
    await third.close();
  });

  it('publishes where PrometheusModule reads', async () => {
    const prometheus = PrometheusModule.register({ defaultMetrics: { enabled: false } });
    const app = await application(prometheus, QueryTimingModule.forRoot(quiet), typeOrm());
    await app.get(DataSource).query('SELECT 1');
    expect(register.getMetricsAsArray().every(({ name }) => name.startsWith('db_'))).toBe(true);
    expect(await selects()).toBe(1);
    await app.close();
  });

  it('adopts a timing that was installed before, as migrations need it', async () => {
    const dataSourceFactory = async () => {
      const dataSource = stubDataSource();
      installQueryTiming(dataSource, { ...quiet, registry: register });
      return Promise.resolve(dataSource);
    };
    const early = TypeOrmModule.forRootAsync({ useFactory: () => ({ type: 'postgres' }), dataSourceFactory });
    const app = await application(early, QueryTimingModule.forRoot(quiet));
    await app.get(DataSource).query('INSERT INTO t VALUES (1)');
    expect(await sample(register, 'db_queries_total', { query_type: 'INSERT' })).toBe(1);
    await app.close();
  });
});

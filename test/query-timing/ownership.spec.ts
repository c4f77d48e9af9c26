import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { register } from 'prom-client';
import type { DataSource } from 'typeorm';
import { getQueryTimingToken, installQueryTiming, QueryTiming, QueryTimingModule } from '../../src/query-timing/index';
import { sample } from './support/exposition';
import { recordingLogger } from './support/recording-logger';
import { initializedStub } from './support/stub-postgres';

const quiet = { logger: recordingLogger() };
const REPORTS = Symbol('REPORTS');

async function application(...imports: DynamicModule[]) {
  class ApplicationModule {}
  Module({ imports })(ApplicationModule);
  return NestFactory.createApplicationContext(ApplicationModule, { logger: false, abortOnError: false });
}

/** A module that exports a DataSource by a token, as an application without `@nestjs/typeorm` has one. */
function providing(value: unknown): DynamicModule {
  class ReportsModule {}
  return { module: ReportsModule, providers: [{ provide: REPORTS, useFactory: () => value }], exports: [REPORTS] };
}

const timingOf = (dataSource: DataSource) => QueryTimingModule.forRoot({ ...quiet, dataSources: [{ dataSource }] });
const selects = (labels = {}) => sample(register, 'db_queries_total', { query_type: 'SELECT', ...labels });

beforeEach(() => register.clear());

describe('a DataSource in two applications', () => {
  it('is timed until the last one is closed', async () => {
    const dataSource = await initializedStub();
    const [one, two] = [await application(timingOf(dataSource)), await application(timingOf(dataSource))];
    expect(one.get(QueryTiming)).toBe(two.get(QueryTiming));
    await one.close();
    await one.close();
    await dataSource.query('SELECT 1');
    expect(two.get(QueryTiming).getSummary().totalQueries).toBe(1);
    await two.close();
    expect(dataSource.subscribers).toEqual([]);
    expect(await selects()).toBe(1);
  });

  it('is timed after both are closed if the application itself has installed it, before or after', async () => {
    for (const before of [true, false]) {
      const dataSource = await initializedStub();
      if (before) installQueryTiming(dataSource, quiet);
      const one = await application(timingOf(dataSource));
      if (!before) installQueryTiming(dataSource, quiet);
      const two = await application(timingOf(dataSource));
      await two.close();
      await one.close();
      await dataSource.query('SELECT 1');
      const timing = installQueryTiming(dataSource, quiet);
      expect(timing.getSummary().totalQueries).toBe(1);
      timing.uninstall();
      expect(dataSource.subscribers).toEqual([]);
    }
  });

  it('is not taken away from an owner that installs it after it was uninstalled', async () => {
    const dataSource = await initializedStub();
    const app = await application(timingOf(dataSource));
    app.get(QueryTiming).uninstall();
    const timing = installQueryTiming(dataSource, quiet);
    await app.close();
    await dataSource.query('SELECT 1');
    expect(timing.getSummary().totalQueries).toBe(1);
    timing.uninstall();
  });

  it('may be imported twice in one application', async () => {
    const dataSource = await initializedStub();
    const app = await application(timingOf(dataSource), timingOf(dataSource));
    await dataSource.query('SELECT 1');
    expect(app.get(QueryTiming).getSummary().totalQueries).toBe(1);
    await app.close();
    expect(dataSource.subscribers).toEqual([]);
  });
});

describe('QueryTimingModule without @nestjs/typeorm', () => {
  it('times a DataSource that it is given', async () => {
    const dataSource = await initializedStub();
    const app = await application(
      QueryTimingModule.forRoot({ ...quiet, dataSources: [{ name: 'reports', dataSource }] }),
    );
    await dataSource.query('SELECT 1');
    expect(app.get<QueryTiming>(getQueryTimingToken('reports')).getSummary().totalQueries).toBe(1);
    expect(await selects({ data_source: 'reports' })).toBe(1);
    await app.close();
  });

  it.each<[way: string, module: (imports: DynamicModule[]) => DynamicModule]>([
    ['forRoot', (imports) => QueryTimingModule.forRoot({ ...quiet, imports, dataSources: [{ token: REPORTS }] })],
    [
      'forRootAsync',
      (imports) =>
        QueryTimingModule.forRootAsync({ imports, dataSources: [{ token: REPORTS }], useFactory: () => quiet }),
    ],
  ])('times the DataSource of a token, with %s', async (_, module) => {
    const dataSource = await initializedStub();
    const app = await application(module([providing(dataSource)]));
    await dataSource.query('SELECT 1');
    expect(app.get(QueryTiming).getSummary().totalQueries).toBe(1);
    await app.close();
  });

  it('times the DataSource of a token of a global module, and one that is provided by a promise', async () => {
    const dataSource = await initializedStub();
    const timing = QueryTimingModule.forRoot({ ...quiet, dataSources: [{ token: REPORTS }] });
    const app = await application(timing, { ...providing(Promise.resolve(dataSource)), global: true });
    await dataSource.query('SELECT 1');
    expect(app.get(QueryTiming).getSummary().totalQueries).toBe(1);
    await app.close();
  });

  it.each<[what: string, dataSources: object[], imports: DynamicModule[], message: RegExp]>([
    [
      'a token that no module exports',
      [{ name: 'r', token: REPORTS }],
      [],
      /"r": there is no provider of the token Symbol\(REPORTS\)/,
    ],
    [
      'a token of something else',
      [{ token: REPORTS }],
      [providing('text')],
      /"default": the provider of the token Symbol\(REPORTS\)/,
    ],
    ['no instance', [{ dataSource: undefined }], [], /"default": the value of "dataSource" is not one/],
    ['an unknown class', [{ token: class Tenants {} }], [], /no provider of the token Tenants/],
    ['neither', [{ name: 'x' }], [], /"x"/],
  ])('names what is wrong with %s', async (_, dataSources, imports, message) => {
    const module = QueryTimingModule.forRoot({ ...quiet, imports, dataSources: dataSources as never });
    await expect(application(module)).rejects.toThrow(message);
  });

  it('refuses a name that is given twice', () => {
    expect(() => QueryTimingModule.forRoot({ dataSources: ['reports', { name: 'reports', token: REPORTS }] })).toThrow(
      'have the name "reports"',
    );
  });
});

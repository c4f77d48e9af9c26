import { Controller, Get, Injectable, Module, type CanActivate, type INestApplication } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  QueryTimingModule,
  type PageOptions,
  type PageRequest,
  type QueryTimingModuleOptions,
} from '../../../src/query-timing/index';
import { create, listening, PLATFORMS } from '../nest/support/application';
import { recordingLogger } from '../support/recording-logger';
import { Events } from './support/events';

@Controller('teas')
class TeasController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  list(): Promise<unknown> {
    return this.dataSource.query('SELECT 1 AS tea');
  }
}

/** As strict as that of a service: nothing without a token. */
@Injectable()
class DenyingGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

function moduleWith(page: PageOptions | boolean, more: QueryTimingModuleOptions = {}) {
  class PageModule {}
  Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'sqljs' }),
      QueryTimingModule.forRoot({ registry: false, logger: recordingLogger(), scopes: true, page, ...more }),
    ],
    controllers: [TeasController],
    providers: [{ provide: APP_GUARD, useClass: DenyingGuard }],
  })(PageModule);
  return PageModule;
}

let app: INestApplication | undefined;
afterEach(() => app?.close());

describe.each(Object.keys(PLATFORMS))('the page under Nest on %s', (platform) => {
  async function start(page: PageOptions | boolean, prefix = ''): Promise<string> {
    app = await create(moduleWith(page), platform);
    if (prefix) app.setGlobalPrefix(prefix);
    return listening(app);
  }

  it('is at its path, with its events, whatever guards the application has', async () => {
    const url = await start(true);
    const page = await fetch(`${url}/query-timing`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const events = await Events.open(`${url}/query-timing`);
    const before = (await events.next()).sources[0]!.summary.totalQueries;
    await app!.get(DataSource).query('SELECT 1');
    const after = await events.until(({ sources }) => sources[0]!.statements.length > 0);
    expect(after.sources[0]!.summary.totalQueries).toBe(before + 1);
    events.close();
  });

  it('is after the global prefix, or not', async () => {
    const url = await start({ path: '/tools/queries' }, 'api/v1');
    expect((await fetch(`${url}/api/v1/tools/queries`)).status).toBe(200);
    expect((await fetch(`${url}/tools/queries`)).status).toBe(404);
    await app!.close();
    const other = await start({ globalPrefix: false }, 'api/v1');
    expect((await fetch(`${other}/query-timing`)).status).toBe(200);
  });

  it('refuses the page and its events as authorize says', async () => {
    const url = await start({ authorize: ({ headers }: PageRequest) => headers['x-role'] === 'admin' || 401 });
    const [page, events] = await Promise.all([fetch(`${url}/query-timing`), fetch(`${url}/query-timing?events`)]);
    expect([page.status, events.status]).toEqual([401, 401]);
    const allowed = await Events.open(`${url}/query-timing`, { 'x-role': 'admin' });
    expect(allowed.status).toBe(200);
    allowed.close();
  });

  it('does not hold the end of the application', async () => {
    const url = await start(true);
    const events = await Events.open(`${url}/query-timing`);
    await events.next();
    await Promise.all([app!.close(), events.ended()]);
    app = undefined;
  });

  it('is not there without the option', async () => {
    const url = await start(false);
    expect((await fetch(`${url}/query-timing`)).status).toBe(404);
  });
});

it('does nothing in an application without HTTP', async () => {
  const context = await NestFactory.createApplicationContext(moduleWith(true), { logger: false, abortOnError: false });
  await context.close();
});

it('loads nothing of the page without the option', () => {
  expect(Object.keys(jest.requireActual<object>('../../../src/query-timing/index'))).not.toContain(
    'createQueryTimingPage',
  );
  jest.isolateModules(() => {
    jest.doMock('../../../src/query-timing/page/serve-under-nest', () => {
      throw new Error('loaded');
    });
    expect(() => jest.requireActual('../../../src/query-timing/index')).not.toThrow();
  });
});

it.each([[{ path: 'query-timing' }], [{ path: '/a/' }], [{ maxWatchers: 0 }], [{ unknown: 1 }], ['/query-timing']])(
  'rejects the option page: %j',
  async (page) => {
    const invalid = moduleWith(page as PageOptions);
    await expect(NestFactory.createApplicationContext(invalid, { logger: false, abortOnError: false })).rejects.toThrow(
      /Invalid query timing options/,
    );
  },
);

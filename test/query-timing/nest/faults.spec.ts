import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { QueryTiming, runInScope } from '../../../src/query-timing/index';
import { Scope } from '../../../src/query-timing/scopes/scope';
import { scopeStore } from '../../../src/query-timing/scopes/scope-store';
import { create, listening, PLATFORMS, unitsModule } from './support/application';

/** A new class per application: what a handler is called is found once. */
function things() {
  @Controller('things')
  class Things {
    constructor(private readonly dataSource: DataSource) {}

    @Get()
    list(): Promise<unknown> {
      return this.dataSource.query('SELECT 1 AS one');
    }
  }
  return Things;
}

const broken = (): never => {
  throw new Error('on purpose');
};

describe.each(Object.keys(PLATFORMS))('on %s, a request is served and its statements are counted', (platform) => {
  let app: INestApplication;
  let address: string;

  beforeAll(async () => {
    const { module } = unitsModule({ controllers: [things()] }, { serverTiming: true });
    app = await create(module, platform);
    address = await listening(app);
  });
  afterAll(() => app.close());
  afterEach(() => jest.restoreAllMocks());

  it.each<[part: string, breaks: () => void]>([
    ['naming it', () => void jest.spyOn(Reflector.prototype, 'getAllAndOverride').mockImplementation(broken)],
    ['opening its unit of work', () => void jest.spyOn(scopeStore, 'open').mockImplementation(broken)],
    ['counting in it', () => void jest.spyOn(Scope.prototype, 'add').mockImplementation(broken)],
  ])('if %s fails', async (_, breaks) => {
    const before = app.get(QueryTiming).getSummary().totalQueries;
    breaks();
    const response = await fetch(`${address}/things`);
    expect([response.status, await response.json()]).toEqual([200, [{ one: 1 }]]);
    expect(app.get(QueryTiming).getSummary().totalQueries).toBe(before + 1);
  });
});

it('work is run without a unit of work if none can be opened', async () => {
  const { module } = unitsModule({});
  const app = await create(module, 'Express');
  await app.init();
  jest.spyOn(scopeStore, 'open').mockImplementation(broken);
  expect(await runInScope('job', () => Promise.resolve(7))).toBe(7);
  jest.restoreAllMocks();
  await app.close();
});

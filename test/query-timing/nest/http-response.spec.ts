import { Controller, Get, HttpCode, StreamableFile, type INestApplication } from '@nestjs/common';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { currentScope } from '../../../src/query-timing/index';
import { scopeStore } from '../../../src/query-timing/scopes/scope-store';
import { create, listening, unitsModule } from './support/application';

@Controller()
class PagesController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('page')
  async page() {
    await this.dataSource.query('SELECT 1');
    await this.dataSource.query('SELECT 2');
    return { statements: currentScope()?.statements };
  }

  @Get('empty')
  @HttpCode(204)
  async empty() {
    await this.dataSource.query('SELECT 1');
  }

  @Get('stream')
  stream() {
    const { dataSource } = this;
    async function* read() {
      await dataSource.query('SELECT 1');
      yield 'row';
    }
    return new StreamableFile(Readable.from(read(), { objectMode: false }));
  }
}

describe.each(['Express', 'Fastify'])('with serverTiming, a response on %s', (platform) => {
  const { module, closed } = unitsModule({ controllers: [PagesController] }, { serverTiming: true });
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await create(module, platform);
    url = await listening(app);
  });
  afterAll(() => app.close());

  const headersOf = async (path: string) => {
    const { headers } = await fetch(`${url}/${path}`);
    await closed.one();
    return { timing: headers.get('server-timing'), count: headers.get('x-query-count') };
  };

  it('says what the request did to the database', async () => {
    expect(await headersOf('page')).toEqual({
      timing: expect.stringMatching(/^db;dur=[0-9.]+;desc="2 statements"$/) as string,
      count: '2',
    });
  });

  it('says it without a body and for an error, too', async () => {
    expect(await headersOf('empty')).toMatchObject({ count: '1' });
    expect(await headersOf('unknown')).toMatchObject({ count: '0' });
  });

  it('does not say it if its headers are sent before its last statement', async () => {
    expect(await headersOf('stream')).toEqual({ timing: null, count: null });
  });
});

describe.each(['Express', 'Fastify'])('with a lent store, a request on %s', (platform) => {
  const contexts = new AsyncLocalStorage<object>();
  const { module, closed } = unitsModule(
    { controllers: [PagesController] },
    { store: { get: () => contexts.getStore() } },
  );
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await create(module, platform);
    app.use((_request: unknown, _response: unknown, next: () => void) => contexts.run({}, next));
    url = await listening(app);
  });
  afterAll(() => app.close());

  it('is found by the object of the application, without a store of the library', async () => {
    const responses = await Promise.all([1, 2, 3].map(() => fetch(`${url}/page`)));
    expect(await Promise.all(responses.map((response) => response.json()))).toEqual(
      Array.from({ length: 3 }, () => ({ statements: 2 })),
    );
    expect((await closed.next(3)).map(({ name, statements }) => ({ name, statements }))).toEqual(
      Array.from({ length: 3 }, () => ({ name: 'GET /page', statements: 2 })),
    );
    expect(Reflect.get(scopeStore, 'own')).toBeUndefined();
  });
});

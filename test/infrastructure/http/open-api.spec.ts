import { Controller, Get, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveOpenApi } from '../../../src/infrastructure/http/open-api';

@Controller()
class RootController {
  @Get()
  root(): string {
    return 'home';
  }
}

@Module({ controllers: [RootController] })
class WithRoot {}

@Module({})
class WithoutRoot {}

describe('the address of the service', () => {
  const applications: NestFastifyApplication[] = [];
  afterAll(() => Promise.all(applications.map((app) => app.close())));

  async function get(path: string, isReachedFromRoot: boolean, module: Type = WithoutRoot) {
    const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: false });
    applications.push(app);
    serveOpenApi(app, isReachedFromRoot);
    await app.init();
    const { statusCode, headers, body } = await app.inject(path);
    return { statusCode, location: headers.location, body };
  }

  it('leads to the page of the API in development', async () => {
    expect(await get('/', true)).toMatchObject({ statusCode: 302, location: '/docs' });
  });

  it('leads nowhere otherwise', async () => {
    expect(await get('/', false)).toMatchObject({ statusCode: 404, location: undefined });
    expect(await get('/elsewhere', true)).toMatchObject({ statusCode: 404, location: undefined });
  });

  it('leads to a handler that it has', async () => {
    expect(await get('/', true, WithRoot)).toMatchObject({ statusCode: 200, body: 'home' });
  });
});

import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { err, errAsync, ok, okAsync } from 'neverthrow';
import { createFastifyAdapter } from '../../../src/infrastructure/http/http-server';
import { ProblemFilter } from '../../../src/infrastructure/http/problem.filter';
import { Problems } from '../../../src/infrastructure/http/problem-table';
import { aConfiguration } from '../../support/configuration';

const sold = { kind: 'sold', sku: 'TEA' } as const;

@Problems({ sold: { status: 409, title: 'Sold', detail: ({ sku }: { sku: string }) => `${sku} is sold` } })
@Controller('teapots')
class Teapots {
  private readonly tea = 'green';

  @Get('later') later() {
    return okAsync({ tea: this.tea });
  }
  @Get('now') now() {
    return ok({ tea: this.tea });
  }
  @Get('promised') async promised() {
    return ok({ tea: this.tea });
  }
  @Get('plain') plain() {
    return { tea: this.tea };
  }
  @Get('refused-later') refusedLater() {
    return errAsync(sold);
  }
  @Get('refused-now') refusedNow() {
    return err(sold);
  }
  @Get('unknown') unknownKind() {
    return errAsync({ kind: 'nobody knows it' });
  }
}

@Problems({ sold: { status: 410, title: 'Gone' } })
@Controller('kettles')
class Kettles {
  @Get('refused') refused() {
    return err(sold);
  }
}

@Module({ controllers: [Teapots, Kettles], providers: [{ provide: APP_FILTER, useClass: ProblemFilter }] })
class Kitchen {}

describe('a controller that returns Results', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await NestFactory.create(Kitchen, createFastifyAdapter(aConfiguration().http), { logger: false });
    await app.init();
  });
  afterAll(() => app.close());

  const get = async (path: string) => {
    const { statusCode, body } = await app.inject({ method: 'GET', url: path });
    return { status: statusCode, body: JSON.parse(body) as unknown };
  };

  it.each(['later', 'now', 'promised', 'plain'])(
    'answers with what is in an Ok, and with what is no Result: %s',
    async (name) => {
      expect(await get(`/teapots/${name}`)).toEqual({ status: 200, body: { tea: 'green' } });
    },
  );

  it.each(['refused-later', 'refused-now'])(
    'answers with the problem that its table has for an Err: %s',
    async (name) => {
      expect(await get(`/teapots/${name}`)).toEqual({
        status: 409,
        body: expect.objectContaining({ code: 'sold', title: 'Sold', detail: 'TEA is sold' }),
      });
    },
  );

  it('is asked for its own table: another controller tells the same kind in another way', async () => {
    expect(await get('/kettles/refused')).toMatchObject({ status: 410, body: { code: 'sold', title: 'Gone' } });
  });

  it('answers 500 for a kind that its table does not have, which is a bug', async () => {
    expect(await get('/teapots/unknown')).toMatchObject({ status: 500, body: { code: 'internal-error' } });
  });
});

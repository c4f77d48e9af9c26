import 'reflect-metadata';
import { Controller, Get, HttpException, Module, UseGuards, type CanActivate } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { err, errAsync, ok, okAsync } from 'neverthrow';
import { createFastifyAdapter } from '../../../src/infrastructure/http/http-server';
import { ProblemError } from '../../../src/infrastructure/http/problem';
import { ObservabilityModule } from '../../../src/infrastructure/observability/observability.module';
import { AllowedMethods } from '../../../src/infrastructure/http/allowed-methods';
import { ProblemFilter } from '../../../src/infrastructure/http/problem.filter';
import { Problems } from '../../../src/infrastructure/http/problem-table';
import { aConfiguration } from '../../support/configuration';
import { exceptionsDuring } from '../../support/exceptions';

class Lock implements CanActivate {
  canActivate(): boolean {
    throw new ProblemError({ status: 423, code: 'locked', title: 'Locked' });
  }
}

/** The messages of all errors that the service's own classes of errors construct meanwhile, thrown or not. */
async function errorsMadeDuring(work: () => Promise<void>): Promise<string[]> {
  const made: string[] = [];
  class CountedError extends Error {
    constructor(message?: string, options?: ErrorOptions) {
      super(message, options);
      made.push(this.message);
    }
  }
  const classes = [ProblemError, HttpException];
  const bases = classes.map((one) => Object.getPrototypeOf(one) as object);
  for (const one of classes) Object.setPrototypeOf(one, CountedError);
  try {
    await work();
  } finally {
    classes.forEach((one, index) => Object.setPrototypeOf(one, bases[index]!));
  }
  return made;
}

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
  @Get('in-a-promise') async inAPromise() {
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
  @Get('guarded') @UseGuards(Lock) guarded() {
    return ok({ tea: this.tea });
  }
  @Get('unknown') unknownKind() {
    return errAsync({ kind: 'not-in-the-table' });
  }
}

@Problems({ sold: { status: 410, title: 'Gone' } })
@Controller('kettles')
class Kettles {
  @Get('refused') refused() {
    return err(sold);
  }
}

@Module({
  imports: [ObservabilityModule],
  controllers: [Teapots, Kettles],
  providers: [AllowedMethods, { provide: APP_FILTER, useClass: ProblemFilter }],
})
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

  it.each(['later', 'now', 'in-a-promise', 'plain'])(
    'responds with the value of an Ok, and with a value that is not a Result: %s',
    async (name) => {
      expect(await get(`/teapots/${name}`)).toEqual({ status: 200, body: { tea: 'green' } });
    },
  );

  it.each(['refused-later', 'refused-now'])('responds to an Err with the problem of its table: %s', async (name) => {
    expect(await get(`/teapots/${name}`)).toEqual({
      status: 409,
      body: expect.objectContaining({ code: 'sold', title: 'Sold', detail: 'TEA is sold' }),
    });
  });

  it('uses its own table: another controller maps the same kind to another problem', async () => {
    expect(await get('/kettles/refused')).toMatchObject({ status: 410, body: { code: 'sold', title: 'Gone' } });
  });

  describe('without an exception', () => {
    // The first request of a route may load and compile, and what is thrown meanwhile is not about the refusal.
    beforeAll(() => get('/teapots/refused-later'));

    it.each(['/teapots/refused-later', '/teapots/refused-now', '/kettles/refused'])(
      'responds to an Err: nothing is thrown, and no error with a stack trace is made (%s)',
      async (path) => {
        const made = await errorsMadeDuring(async () => {
          expect(await exceptionsDuring(() => get(path))).toEqual([]);
        });
        expect(made).toEqual([]);
      },
    );

    it('where both checks would see one: a guard that rejects throws', async () => {
      let thrown: string[] = [];
      const made = await errorsMadeDuring(async () => {
        thrown = await exceptionsDuring(() => get('/teapots/guarded'));
      });
      expect(thrown).toEqual([expect.stringContaining('ProblemError: Locked')]);
      expect(made).toEqual(['Locked']);
    });
  });

  it('responds with 500 for a kind that its table does not have, which is a bug', async () => {
    expect(await get('/teapots/unknown')).toMatchObject({ status: 500, body: { code: 'internal-error' } });
  });
});

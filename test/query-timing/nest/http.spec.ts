import {
  Body,
  Catch,
  Controller,
  Get,
  Header,
  Injectable,
  Param,
  Post,
  Scope as InjectionScope,
  StreamableFile,
  UseFilters,
  UseGuards,
  UseInterceptors,
  VersioningType,
  type CallHandler,
  type CanActivate,
  type ArgumentsHost,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { mergeMap } from 'rxjs';
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { Agent, request as nodeRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { currentScope, type Sink } from '../../../src/query-timing/index';
import { create, listening, unitsModule } from './support/application';

/** Sends a statement that says where it comes from. */
@Injectable()
class Database {
  constructor(private readonly dataSource: DataSource) {}

  from(place: string): Promise<unknown> {
    return this.dataSource.query(`SELECT 1 AS ${place}`);
  }
}

@Injectable()
class QueryingGuard implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.database.from('guard');
    return context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers.denied === undefined;
  }
}

@Injectable()
class QueryingPipe implements PipeTransform {
  constructor(private readonly database: Database) {}

  async transform(value: unknown): Promise<unknown> {
    await this.database.from('pipe');
    return value;
  }
}

@Injectable()
class QueryingInterceptor implements NestInterceptor {
  constructor(private readonly database: Database) {}

  async intercept(_context: ExecutionContext, next: CallHandler) {
    await this.database.from('before');
    return next.handle().pipe(mergeMap((value: unknown) => this.database.from('after').then(() => value)));
  }
}

@Catch(RangeError)
@Injectable()
class QueryingFilter implements ExceptionFilter {
  constructor(
    private readonly database: Database,
    private readonly host: HttpAdapterHost,
  ) {}

  async catch(_error: RangeError, host: ArgumentsHost): Promise<void> {
    await this.database.from('filter');
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { failed: true }, 418);
  }
}

@Controller('articles')
class ArticlesController {
  constructor(private readonly database: Database) {}

  @Get(':id')
  async one(@Param('id') id: string) {
    await this.database.from('handler');
    return { id, scope: currentScope() };
  }

  @Post()
  @UseInterceptors(QueryingInterceptor)
  async add(@Body(QueryingPipe) body: object) {
    await this.database.from('handler');
    return body;
  }

  @Get(':id/guarded')
  @UseGuards(QueryingGuard)
  async guarded() {
    await this.database.from('handler');
    return 'done';
  }

  @Get(':id/failing')
  @UseFilters(QueryingFilter)
  failing() {
    throw new RangeError('on purpose');
  }

  @Get(':id/rows')
  @Header('content-type', 'text/plain')
  rows() {
    const { database } = this;
    async function* read() {
      for (const row of ['a', 'b', 'c']) {
        await database.from('stream');
        yield row;
      }
    }
    return new StreamableFile(Readable.from(read(), { objectMode: false }));
  }
}

@Controller({ path: 'versioned', version: '2' })
class VersionedController {
  @Get(':id')
  find() {
    return 'version 2';
  }
}

@Controller({ path: 'per-request', scope: InjectionScope.REQUEST })
class PerRequestController {
  constructor(private readonly database: Database) {}

  @Get()
  async find() {
    await this.database.from('handler');
  }
}

abstract class BaseController {
  @Get()
  find() {
    return currentScope()?.handler;
  }
}
@Controller('first')
class FirstController extends BaseController {}
@Controller('second')
class SecondController extends BaseController {}

describe.each(['Express', 'Fastify'])('a request on %s', (platform) => {
  const { module, closed } = unitsModule({
    controllers: [ArticlesController, VersionedController, PerRequestController, FirstController, SecondController],
    providers: [Database, QueryingGuard, QueryingPipe, QueryingInterceptor, QueryingFilter],
  });
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await create(module, platform);
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI });
    const database = app.get(Database);
    app.use((request: { headers: Record<string, string> }, _response: unknown, next: () => void) => {
      if (request.headers.middleware === undefined) next();
      else void database.from('middleware').then(() => next());
    });
    url = `${await listening(app)}/api`;
  });
  afterAll(() => app.close());

  it('is named by the template of its route and by its handler, and never by its path', async () => {
    const response = await fetch(`${url}/articles/secret-17?token=secret`);
    const named = { name: 'GET /api/articles/:id', handler: 'ArticlesController.one', statements: 1 };
    expect(await response.json()).toMatchObject({ id: 'secret-17', scope: named });
    const scope = await closed.one();
    expect(scope).toMatchObject(named);
    expect(JSON.stringify(scope)).not.toContain('secret');
  });

  it('counts the statements of middleware and guards', async () => {
    await fetch(`${url}/articles/1/guarded`, { headers: { middleware: 'yes' } });
    expect(await closed.one()).toMatchObject({
      handler: 'ArticlesController.guarded',
      distinct: ['middleware', 'guard', 'handler'].map((place) => ({ statement: `SELECT ? AS ${place}`, count: 1 })),
    });
  });

  it('has its name when a guard rejects it', async () => {
    const { status } = await fetch(`${url}/articles/1/guarded`, { headers: { denied: 'yes' } });
    expect(status).toBe(403);
    expect(await closed.one()).toMatchObject({
      name: 'GET /api/articles/:id/guarded',
      handler: 'ArticlesController.guarded',
      statements: 1,
    });
  });

  it('counts the statements of pipes and interceptors after its body has been read', async () => {
    const body = JSON.stringify({ text: 'a'.repeat(80_000) });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${url}/articles`, { method: 'POST', headers, body })).status).toBe(201);
    expect(await closed.one()).toMatchObject({
      name: 'POST /api/articles',
      handler: 'ArticlesController.add',
      distinct: ['before', 'pipe', 'handler', 'after'].map((place) => ({ statement: `SELECT ? AS ${place}` })),
    });
  });

  it('counts the statements of exception filters', async () => {
    expect((await fetch(`${url}/articles/1/failing`)).status).toBe(418);
    expect(await closed.one()).toMatchObject({
      handler: 'ArticlesController.failing',
      distinct: [{ statement: 'SELECT ? AS filter' }],
    });
  });

  it('counts the statements of a response that is streamed', async () => {
    expect(await (await fetch(`${url}/articles/1/rows`)).text()).toBe('abc');
    expect(await closed.one()).toMatchObject({ handler: 'ArticlesController.rows', statements: 3, late: 0 });
  });

  it('has one name if it matches no route', async () => {
    const responses = await Promise.all(['secret', 'articles/1/secret'].map((path) => fetch(`${url}/${path}`)));
    expect(responses.map(({ status }) => status)).toEqual([404, 404]);
    const names = (await closed.next(2)).map(({ name, handler }) => ({ name, handler }));
    expect(names).toEqual([{ name: 'GET (no route)' }, { name: 'GET (no route)' }]);
  });

  it('is named with the version of its route', async () => {
    expect(await (await fetch(`${url}/v2/versioned/7`)).text()).toBe('version 2');
    expect(await closed.one()).toMatchObject({
      name: 'GET /api/v2/versioned/:id',
      handler: 'VersionedController.find',
    });
  });

  it('counts the statements of a controller that is made per request', async () => {
    await fetch(`${url}/per-request`);
    expect(await closed.one()).toMatchObject({ handler: 'PerRequestController.find', statements: 1 });
  });

  it('has the name of the controller that inherits the handler', async () => {
    expect(await (await fetch(`${url}/first`)).text()).toBe('FirstController.find');
    expect(await (await fetch(`${url}/second`)).text()).toBe('SecondController.find');
    expect(await closed.next(2)).toMatchObject([{ name: 'GET /api/first' }, { name: 'GET /api/second' }]);
  });

  it('counts its statements apart from those of concurrent requests', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => fetch(`${url}/articles/${i}/${i % 2 ? 'guarded' : 'rows'}`)),
    );
    const counts = (await closed.next(10)).map(({ handler, statements }) => `${handler}: ${statements}`);
    expect(counts.sort()).toEqual([
      ...Array<string>(5).fill('ArticlesController.guarded: 2'),
      ...Array<string>(5).fill('ArticlesController.rows: 3'),
    ]);
  });

  it('ends when the client goes away', async () => {
    const client = nodeRequest(`${url}/articles/1/rows`).end();
    const [response] = (await once(client, 'response')) as [Readable];
    await once(response, 'readable');
    client.destroy();
    expect(await closed.one()).toMatchObject({ name: 'GET /api/articles/:id/rows' });
  });
});

const handlers = new EventEmitter();

@Controller('waiting')
class WaitingController {
  @Get()
  wait(): Promise<string> {
    return new Promise((resolve) => handlers.emit('called', () => resolve('')));
  }
}

describe.each(['Express', 'Fastify'])('an application on %s', (platform) => {
  it.each(['reads the response', 'goes away'])(
    'is in its request context at the end of a unit, if the client %s',
    async (how) => {
      const context = new AsyncLocalStorage<string>();
      const ended = new EventEmitter();
      const sink: Sink = {
        record: () => undefined,
        recordScope: () => void ended.emit('scope', context.getStore()),
      };
      const { module } = unitsModule({ controllers: [WaitingController] }, true, { sinks: [sink] });
      const app = await create(module, platform);
      app.use((request: IncomingMessage, _response: unknown, next: () => void) =>
        context.run(String(request.headers['x-request-id']), next),
      );
      const url = await listening(app);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const id of ['one', 'two']) {
        const end = once(ended, 'scope');
        const client = nodeRequest(`${url}/waiting`, { agent, headers: { 'x-request-id': id } });
        client.on('error', () => undefined).end();
        const [respond] = (await once(handlers, 'called')) as [() => void];
        if (how === 'goes away') client.destroy();
        else respond();
        expect(await end).toEqual([id]);
      }
      agent.destroy();
      await app.close();
    },
  );

  it('can have its own request hook and guards', async () => {
    const { module, closed } = unitsModule({
      controllers: [ArticlesController],
      providers: [
        Database,
        QueryingGuard,
        QueryingPipe,
        QueryingInterceptor,
        QueryingFilter,
        { provide: APP_GUARD, useClass: QueryingGuard },
      ],
    });
    const app = await create(module, platform);
    const database = app.get(Database);
    const adapter = app.get(HttpAdapterHost).httpAdapter;
    adapter.setOnRequestHook((_request: unknown, _response: unknown, done: () => void) => {
      void database.from('hook').then(() => done());
    });
    const url = await listening(app);
    await fetch(`${url}/articles/1`, { headers: { denied: 'yes' } });
    expect(await closed.one()).toMatchObject({
      name: 'GET /articles/:id',
      handler: 'ArticlesController.one',
      distinct: [{ statement: 'SELECT ? AS hook' }, { statement: 'SELECT ? AS guard' }],
    });
    await app.close();
  });

  it('has no scopes with the option off, and after its end', async () => {
    const { module } = unitsModule({ controllers: [FirstController] }, false);
    const app = await create(module, platform);
    expect(await (await fetch(`${await listening(app)}/first`)).text()).toBe('');
    await app.close();
  });
});

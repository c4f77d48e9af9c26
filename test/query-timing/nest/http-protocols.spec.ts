import { Controller, Get, Sse, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { create, listening, unitsModule } from './support/application';

@Controller()
class FeedController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('items/:id')
  async item() {
    await this.dataSource.query('SELECT 1');
    return {};
  }

  /** The first event is sent before the second statement. */
  @Sse('feed')
  feed() {
    return new Observable<{ data: string }>((subscriber) => {
      const ask = async () => {
        for (const n of [1, 2]) {
          await this.dataSource.query(`SELECT ${n}`);
          subscriber.next({ data: String(n) });
        }
      };
      void ask();
    });
  }
}

describe.each(['Express', 'Fastify'])('server-sent events on %s', (platform) => {
  const { module, closed } = unitsModule({ controllers: [FeedController] });
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await create(module, platform);
    url = await listening(app);
  });
  afterAll(() => app.close());

  it('are one unit of work, which ends when the client goes away', async () => {
    const aborting = new AbortController();
    const response = await fetch(`${url}/feed`, { signal: aborting.signal });
    let text = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes('data: 2')) break;
    }
    aborting.abort();
    expect(await closed.one()).toMatchObject({
      name: 'GET /feed',
      handler: 'FeedController.feed',
      statements: 2,
      late: 0,
    });
  });
});

describe('requests over HTTP/2', () => {
  const { module, closed } = unitsModule({ controllers: [FeedController] }, { serverTiming: true });
  let app: INestApplication;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    app = await NestFactory.create(module, new FastifyAdapter({ http2: true }), { logger: false, abortOnError: false });
    session = connect(await listening(app));
  });
  afterAll(async () => {
    session.destroy();
    await app.close();
  });

  it('are one unit of work each, also on one connection, and have their headers', async () => {
    const requests = [1, 2, 3].map((id) => session.request({ ':path': `/items/${id}` }));
    for (const request of requests) {
      const [headers] = (await once(request, 'response')) as [Record<string, unknown>];
      expect(headers).toMatchObject({ ':status': 200, 'x-query-count': '1' });
      request.resume();
    }
    const scopes = await closed.next(3);
    for (const scope of scopes) expect(scope).toMatchObject({ name: 'GET /items/:id', statements: 1 });
  });
});

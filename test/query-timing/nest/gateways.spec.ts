import { Injectable, UseGuards, type CanActivate, type INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { defer, map, mergeMap, of } from 'rxjs';
import { DataSource } from 'typeorm';
import { WebSocket } from 'undici';
import { create, listening, unitsModule } from './support/application';

@Injectable()
class QueryingGuard implements CanActivate {
  constructor(private readonly dataSource: DataSource) {}

  async canActivate(): Promise<boolean> {
    await this.dataSource.query('SELECT 1 AS guard');
    return true;
  }
}

@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  constructor(private readonly dataSource: DataSource) {}

  async handleConnection() {
    await this.dataSource.query('SELECT 1 AS connected');
  }

  @SubscribeMessage('say')
  @UseGuards(QueryingGuard)
  async say() {
    await this.dataSource.query('SELECT 1 AS said');
    return { event: 'said', data: 'hello' };
  }

  @SubscribeMessage('history')
  history() {
    const query = () => defer(() => this.dataSource.query('SELECT 1 AS line'));
    return of(1, 2).pipe(mergeMap((data) => query().pipe(map(() => ({ event: 'line', data })))));
  }
}

describe('an event of a gateway', () => {
  const { module, closed } = unitsModule({ providers: [ChatGateway, QueryingGuard] });
  let app: INestApplication;
  let socket: WebSocket;
  beforeAll(async () => {
    app = await create(module, 'Fastify');
    app.useWebSocketAdapter(new WsAdapter(app));
    socket = new WebSocket((await listening(app)).replace('http', 'ws'));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
  });
  afterAll(async () => {
    socket.close();
    await app.close();
  });

  it('is named by its message and by its handler, and counts the statements of guards', async () => {
    expect(await closed.one()).toMatchObject({ name: 'WS connection', handler: 'ChatGateway.handleConnection' });
    socket.send(JSON.stringify({ event: 'say', data: 'secret' }));
    expect(await closed.one()).toMatchObject({
      name: 'WS say',
      handler: 'ChatGateway.say',
      distinct: [{ statement: 'SELECT ? AS guard' }, { statement: 'SELECT ? AS said' }],
    });
  });

  it('counts the statements of an Observable', async () => {
    socket.send(JSON.stringify({ event: 'history' }));
    expect(await closed.one()).toMatchObject({ name: 'WS history', statements: 2, late: 0 });
  });
});

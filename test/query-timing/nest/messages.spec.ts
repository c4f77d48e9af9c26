import { Controller, Injectable, UseGuards, type CanActivate, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { defer, firstValueFrom, interval, map, mergeMap, of, take, toArray } from 'rxjs';
import { DataSource } from 'typeorm';
import { create, listening, unitsModule } from './support/application';
import { freePort } from './support/free-port';

@Injectable()
class QueryingGuard implements CanActivate {
  constructor(private readonly dataSource: DataSource) {}

  async canActivate(): Promise<boolean> {
    await this.dataSource.query('SELECT 1 AS guard');
    return true;
  }
}

@Controller()
class StockController {
  constructor(private readonly dataSource: DataSource) {}

  @MessagePattern('stock.find')
  @UseGuards(QueryingGuard)
  async find(@Payload() id: string) {
    await this.dataSource.query('SELECT 1 AS found');
    return id;
  }

  @MessagePattern({ cmd: 'stock.all' })
  all() {
    return of(1, 2, 3).pipe(mergeMap((n) => defer(() => this.dataSource.query('SELECT 1 AS row')).pipe(map(() => n))));
  }

  @MessagePattern('stock.fail')
  async fail() {
    await this.dataSource.query('SELECT 1 AS row');
    throw new Error('on purpose');
  }

  @EventPattern('stock.changed')
  async changed(@Payload() _data: object) {
    await this.dataSource.query('SELECT 1 AS changed');
  }
}

@Controller()
class AuditController {
  constructor(private readonly dataSource: DataSource) {}

  @EventPattern('stock.changed')
  note(@Payload() _data: object) {
    return interval(1).pipe(
      take(2),
      mergeMap(() => this.dataSource.query('SELECT 1 AS noted')),
      toArray(),
    );
  }
}

const overTcp = (port: number) => ({ transport: Transport.TCP, options: { host: '127.0.0.1', port } }) as const;

describe.each([
  ['a microservice', false],
  ['a microservice beside an HTTP server', true],
])('a message of %s', (_, hybrid) => {
  const controllers = [StockController, AuditController];
  const { module, closed } = unitsModule({ controllers, providers: [QueryingGuard] });
  let stop: () => Promise<void>;
  let client: ClientProxy;
  beforeAll(async () => {
    const options = overTcp(await freePort());
    if (hybrid) {
      const app: INestApplication = await create(module, 'Fastify');
      app.connectMicroservice<MicroserviceOptions>(options);
      await app.startAllMicroservices();
      await listening(app);
      stop = () => app.close();
    } else {
      const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
        ...options,
        logger: false,
        abortOnError: false,
      });
      await app.listen();
      stop = () => app.close();
    }
    client = ClientProxyFactory.create(options);
  });
  afterAll(async () => {
    await client.close();
    await stop();
  });

  it('is named by its pattern and by its handler, and counts the statements of guards', async () => {
    expect(await firstValueFrom(client.send('stock.find', 'secret'))).toBe('secret');
    expect(await closed.one()).toMatchObject({
      name: 'MESSAGE stock.find',
      handler: 'StockController.find',
      distinct: [{ statement: 'SELECT ? AS guard' }, { statement: 'SELECT ? AS found' }],
    });
  });

  it('counts the statements of an Observable, which begin when it is subscribed to', async () => {
    const values = client.send<number>({ cmd: 'stock.all' }, {}).pipe(toArray());
    expect(await firstValueFrom(values)).toEqual([1, 2, 3]);
    expect(await closed.one()).toMatchObject({
      name: 'MESSAGE {"cmd":"stock.all"}',
      handler: 'StockController.all',
      statements: 3,
      late: 0,
    });
  });

  it('ends when its handler fails', async () => {
    await expect(firstValueFrom(client.send('stock.fail', {}))).rejects.toBeDefined();
    expect(await closed.one()).toMatchObject({ handler: 'StockController.fail', statements: 1 });
  });

  it('that is an event is counted for each of its handlers', async () => {
    await firstValueFrom(client.emit('stock.changed', {}), { defaultValue: undefined });
    const scopes = await closed.next(2);
    expect(scopes.sort((a, b) => a.statements - b.statements)).toMatchObject([
      { name: 'EVENT stock.changed', handler: 'StockController.changed', statements: 1 },
      { name: 'EVENT stock.changed', handler: 'AuditController.note', statements: 2 },
    ]);
  });
});

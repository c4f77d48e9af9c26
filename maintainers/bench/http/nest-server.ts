import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  Headers,
  Module,
  Param,
  Post,
  Query,
  Res,
  StandardSchemaValidationPipe,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { NewOrder, toOrder, toPage, type Line, type ListedOrderRow, type OrderRow, type ProductRow } from './orders';
import * as sql from './service-sql';

/**
 * What Nest and TypeORM themselves cost: the bare server with a guard, validated requests, security headers, a request id in an
 * AsyncLocalStorage and one log line per response, each in the plainest way that is not slow. No layers, no Results, no tokens,
 * no limits, no metrics; `x-customer` is trusted.
 */
const dataSource = new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  poolSize: Number(process.env.DATABASE_POOL_SIZE),
  installExtensions: false,
});
const securityHeaders = JSON.parse(process.env.SECURITY_HEADERS ?? '{}') as Record<string, string>;

class CustomerGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!headers['x-customer']) throw new UnauthorizedException();
    return true;
  }
}

const idSchema = z.uuid();
const pageSchema = z.strictObject({ limit: z.string().regex(/^\d+$/).transform(Number) });
const orderSchema = z.strictObject({
  lines: z.array(z.strictObject({ sku: z.string().regex(/^[A-Z0-9-]+$/), quantity: z.number() })).max(100),
});

@Controller('api/v1/orders')
class OrdersController {
  @Get(':id')
  async get(@Param('id', { schema: idSchema }) id: string, @Headers('x-customer') customer: string) {
    const [row] = await dataSource.query<OrderRow[]>(sql.selectOrder, [id, customer]);
    return toOrder(row!);
  }

  @Get()
  async list(@Query({ schema: pageSchema }) { limit }: { limit: number }, @Headers('x-customer') customer: string) {
    return toPage(await dataSource.query<ListedOrderRow[]>(sql.selectOrders(limit + 1), [customer]), limit);
  }

  @Post()
  async place(
    @Body({ schema: orderSchema }) { lines }: { lines: Line[] },
    @Headers('x-customer') customer: string,
    @Headers('idempotency-key') idempotencyKey: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const placing = new NewOrder(customer, lines);
    const order = await dataSource.transaction(async (manager) => {
      await manager.query(sql.claimKey, placing.claim(idempotencyKey));
      const rows = await manager.query<ProductRow[]>(sql.lockProducts, placing.lock());
      const { order, update, insert, event } = placing.place(rows);
      await manager.query(sql.updateProducts, update);
      await manager.query(sql.insertOrder, insert);
      await manager.query(sql.insertEvent, event);
      return order;
    });
    void reply.header('location', `/api/v1/orders/${order.id}`);
    return toOrder(order);
  }
}

@Module({
  controllers: [OrdersController],
  providers: [
    { provide: APP_GUARD, useValue: new CustomerGuard() },
    { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe() },
  ],
})
class BenchmarkModule {}

async function start(): Promise<void> {
  await dataSource.initialize();
  const app = await NestFactory.create<NestFastifyApplication>(
    BenchmarkModule,
    new FastifyAdapter({ genReqId: () => randomUUID() }),
    { logger: ['error'] },
  );
  const requests = new AsyncLocalStorage<{ readonly requestId: string }>();
  const destination = pino.destination({ dest: 1, sync: true });
  const log = pino({ base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/health/ready', async () => ({ status: 'ok' }));
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(securityHeaders);
    void reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('preHandler', (request, _reply, done) => requests.run({ requestId: request.id }, done));
  fastify.addHook('onResponse', ({ method, url, id }, { statusCode, elapsedTime }, done) => {
    log.info(
      { requestId: id, method, path: url.split('?', 1)[0], status: statusCode, duration_ms: elapsedTime },
      'request completed',
    );
    done();
  });
  await app.listen(Number(process.env.PORT), '127.0.0.1');
}

void start();
process.on('SIGTERM', () => process.exit(0));

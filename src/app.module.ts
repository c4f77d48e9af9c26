import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { DataSource } from 'typeorm';
import { CancelOrder } from './application/ordering/cancel-order';
import { GetOrder } from './application/ordering/get-order';
import { ListOrders } from './application/ordering/list-orders';
import { ListProducts } from './application/ordering/list-products';
import { OrderingQueries } from './application/ordering/ordering.queries';
import { OrderingUnitOfWork } from './application/ordering/ordering.unit-of-work';
import { IdempotencyRetention, PlaceOrder } from './application/ordering/place-order';
import { PutProduct } from './application/ordering/put-product';
import { RestockProduct } from './application/ordering/restock-product';
import { Clock } from './application/shared/clock';
import { IdGenerator } from './application/shared/id-generator';
import { AccessGuard } from './infrastructure/auth/access.guard';
import { TokenVerifier } from './infrastructure/auth/token-verifier';
import type { Configuration } from './infrastructure/config/configuration';
import { IdempotencyKeySweeper } from './infrastructure/database/idempotency/idempotency-key-sweeper';
import { SqlOrderingQueries } from './infrastructure/database/ordering/sql-ordering.queries';
import { TypeOrmOrderingUnitOfWork } from './infrastructure/database/ordering/typeorm-ordering.unit-of-work';
import { TransactionRunner } from './infrastructure/database/transaction-runner';
import { FixedWindowStorage } from './infrastructure/http/fixed-window.storage';
import { OrdersController } from './infrastructure/http/ordering/orders.controller';
import { ProductsController } from './infrastructure/http/ordering/products.controller';
import { ProblemFilter } from './infrastructure/http/problem.filter';
import { ResultInterceptor } from './infrastructure/http/result.interceptor';
import { ValidationPipe } from './infrastructure/http/validation.pipe';
import { HealthController } from './infrastructure/observability/health.controller';
import { Lifecycle } from './infrastructure/observability/lifecycle';
import { MetricsController } from './infrastructure/observability/metrics.controller';
import { currentRequestContext } from './infrastructure/observability/request-context';
import { TransactionMetrics, transactionMetricsProviders } from './infrastructure/observability/transaction-metrics';
import { SystemClock } from './infrastructure/system/system-clock';
import { UuidGenerator } from './infrastructure/system/uuid-generator';
import { QueryTimingModule } from './query-timing';

export interface AppParts {
  readonly configuration: Configuration;
  /** Connected already: what it takes to get there is told on one line, before anything else starts. */
  readonly dataSource: DataSource;
  readonly tokens: TokenVerifier;
  readonly lifecycle: Lifecycle;
}

/** The composition root: the one place that knows which adapter stands behind which port. */
@Module({})
export class AppModule {
  static with({ configuration, dataSource, tokens, lifecycle }: AppParts): DynamicModule {
    const { http, queryTiming } = configuration;
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
        PrometheusModule.register({ controller: MetricsController }),
        QueryTimingModule.forRoot({
          enabled: queryTiming.enabled,
          slowQueryThresholdMs: queryTiming.slowThresholdMs,
          topStatements: queryTiming.topStatements,
          context: currentRequestContext,
        }),
        ThrottlerModule.forRoot({
          throttlers: [{ limit: http.rateLimit, ttl: http.rateLimitWindowMs }],
          storage: new FixedWindowStorage(),
          // One window a caller, whatever it calls.
          generateKey: (_context, caller) => caller,
        }),
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [OrdersController, ProductsController, HealthController],
      providers: [
        { provide: Lifecycle, useValue: lifecycle },
        { provide: TokenVerifier, useValue: tokens },
        ...transactionMetricsProviders,
        ...edge(configuration),
        ...ordering(configuration),
      ],
    };
  }
}

/** What stands between HTTP and every controller, in the order in which a request meets it. */
const edge = ({ http }: Configuration): Provider[] => [
  ...(http.rateLimit > 0 ? [{ provide: APP_GUARD, useClass: ThrottlerGuard }] : []),
  {
    provide: APP_GUARD,
    inject: [Reflector, TokenVerifier],
    useFactory: (reflector: Reflector, tokens: TokenVerifier) => new AccessGuard(reflector, tokens),
  },
  { provide: APP_INTERCEPTOR, useClass: ResultInterceptor },
  { provide: APP_PIPE, useClass: ValidationPipe },
  { provide: APP_FILTER, useClass: ProblemFilter },
];

function ordering({ idempotency }: Configuration): Provider[] {
  return [
    PlaceOrder,
    GetOrder,
    ListOrders,
    CancelOrder,
    ListProducts,
    PutProduct,
    RestockProduct,
    { provide: Clock, useClass: SystemClock },
    { provide: IdGenerator, useClass: UuidGenerator },
    { provide: IdempotencyRetention, useValue: { milliseconds: idempotency.retentionMs } },
    {
      provide: TransactionRunner,
      inject: [DataSource, TransactionMetrics],
      useFactory: (dataSource: DataSource, metrics: TransactionMetrics) => new TransactionRunner(dataSource, metrics),
    },
    {
      provide: OrderingUnitOfWork,
      inject: [TransactionRunner],
      useFactory: (transactions: TransactionRunner) => new TypeOrmOrderingUnitOfWork(transactions),
    },
    {
      provide: OrderingQueries,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new SqlOrderingQueries(dataSource),
    },
    {
      provide: IdempotencyKeySweeper,
      inject: [DataSource, Clock],
      useFactory: (dataSource: DataSource, clock: Clock) =>
        new IdempotencyKeySweeper(dataSource, clock, idempotency.sweepIntervalMs),
    },
  ];
}

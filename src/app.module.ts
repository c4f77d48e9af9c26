import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, Reflector } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { DataSource } from 'typeorm';
import { Clock } from './application/shared/clock';
import { IdGenerator } from './application/shared/id-generator';
import type { Feature } from './features/feature';
import { AccessGuard } from './infrastructure/auth/access.guard';
import { TokenVerifier } from './infrastructure/auth/token-verifier';
import type { Configuration } from './infrastructure/config/configuration';
import { IdempotencyKeySweeper } from './infrastructure/database/idempotency/idempotency-key-sweeper';
import { TransactionRunner } from './infrastructure/database/transaction-runner';
import { FixedWindowStorage } from './infrastructure/http/fixed-window.storage';
import { ProblemFilter } from './infrastructure/http/problem.filter';
import { ValidationPipe } from './infrastructure/http/validation.pipe';
import { HealthController } from './infrastructure/management/health.controller';
import { Lifecycle } from './infrastructure/system/lifecycle';
import { MetricsController } from './infrastructure/management/metrics.controller';
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
  readonly features: readonly Feature[];
}

/** The composition root: the one place that knows which adapter stands behind which port. */
@Module({})
export class AppModule {
  static with({ configuration, dataSource, tokens, lifecycle, features }: AppParts): DynamicModule {
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
      controllers: [...features.flatMap(({ controllers }) => controllers), HealthController],
      providers: [
        { provide: Lifecycle, useValue: lifecycle },
        { provide: TokenVerifier, useValue: tokens },
        ...transactionMetricsProviders,
        ...edge(configuration),
        ...shared(configuration),
        ...features.flatMap(({ providers }) => providers(configuration)),
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
  { provide: APP_PIPE, useClass: ValidationPipe },
  { provide: APP_FILTER, useClass: ProblemFilter },
];

/** What features share: time, identities, transactions, and the keeping of idempotency keys. */
const shared = ({ idempotency }: Configuration): Provider[] => [
  { provide: Clock, useClass: SystemClock },
  { provide: IdGenerator, useClass: UuidGenerator },
  {
    provide: TransactionRunner,
    inject: [DataSource, TransactionMetrics],
    useFactory: (dataSource: DataSource, metrics: TransactionMetrics) => new TransactionRunner(dataSource, metrics),
  },
  {
    provide: IdempotencyKeySweeper,
    inject: [DataSource, Clock],
    useFactory: (dataSource: DataSource, clock: Clock) =>
      new IdempotencyKeySweeper(dataSource, clock, idempotency.sweepIntervalMs),
  },
];

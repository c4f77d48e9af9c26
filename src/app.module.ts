import { Module, type DynamicModule } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { OrderingModule } from './features/ordering.module';
import { AuthModule } from './infrastructure/auth/auth.module';
import type { TokenVerifier } from './infrastructure/auth/token-verifier';
import type { Configuration } from './infrastructure/config/configuration';
import { ConfigurationModule } from './infrastructure/config/configuration.module';
import { DatabaseModule } from './infrastructure/database/database.module';
import { OutboxModule } from './infrastructure/database/outbox/outbox.module';
import { HttpModule } from './infrastructure/http/http.module';
import { ManagementModule } from './infrastructure/management/management.module';
import { pageAccess, QUERY_TIMING_PAGE } from './infrastructure/management/page-access';
import { MessagingModule } from './infrastructure/messaging/messaging.module';
import { ObservabilityModule } from './infrastructure/observability/observability.module';
import { currentRequestContext } from './infrastructure/observability/request-context';
import type { Lifecycle } from './infrastructure/system/lifecycle';
import { SystemModule } from './infrastructure/system/system.module';
import { QueryTimingModule } from './query-timing/index';

/** What exists before Nest starts. */
export interface AppModuleOptions {
  readonly configuration: Configuration;
  /** Connected: a database that cannot be used is reported in one line, before anything else starts. */
  readonly dataSource: DataSource;
  readonly tokenVerifier: TokenVerifier;
  readonly lifecycle: Lifecycle;
  /** Features of a test, beside those of the service. */
  readonly imports?: DynamicModule['imports'];
}

/** The composition root: the features of the service, and what they share. */
@Module({ imports: [OrderingModule] })
export class AppModule {
  static forRoot({
    configuration,
    dataSource,
    tokenVerifier,
    lifecycle,
    imports = [],
  }: AppModuleOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.forRoot(configuration),
        SystemModule.forRoot(lifecycle),
        ObservabilityModule,
        DatabaseModule.forRoot(dataSource, configuration.database),
        MessagingModule,
        OutboxModule.forRoot(configuration.outbox),
        QueryTimingModule.forRoot({
          enabled: configuration.queryTiming.enabled,
          slowQueryThresholdMs: configuration.queryTiming.slowThresholdMs,
          topStatements: configuration.queryTiming.topStatements,
          explain: configuration.queryTiming.explain,
          context: currentRequestContext,
          scopes: {
            store: { get: currentRequestContext },
            serverTiming: configuration.environment === 'development',
          },
          page: configuration.queryTiming.page && {
            path: QUERY_TIMING_PAGE,
            authorize: pageAccess(configuration.queryTiming.pagePassword),
          },
        }),
        // Guards run in the order of these imports: the rate limit comes before the token, so that guessing tokens is limited.
        HttpModule.forRoot(configuration.http),
        AuthModule.forRoot(tokenVerifier),
        ManagementModule.forRoot(),
        ...imports,
      ],
    };
  }
}

import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import type { Configuration } from '../config/configuration';
import { AllowedMethods } from './allowed-methods';
import { ExportSlots } from './export-guard';
import { ProblemFilter } from './problem.filter';
import { FixedWindowStorage } from './rate-limit/fixed-window.storage';
import { rateLimitMetricProvider } from './rate-limit/rate-limit-metric';
import { SharedWindowStorage } from './rate-limit/shared-window.storage';
import { ValidationPipe } from './validation.pipe';

/** Applies to every controller: the rate limit, the validation of parameters, and problem details for thrown errors. */
@Global()
@Module({
  providers: [
    AllowedMethods,
    ExportSlots,
    { provide: APP_PIPE, useClass: ValidationPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [AllowedMethods, ExportSlots],
})
export class HttpModule {
  static forRoot({ rateLimit, rateLimitWindowMs, rateLimitStore }: Configuration['http']): DynamicModule {
    if (rateLimit === 0) return { module: HttpModule };
    const shared = rateLimitStore && new SharedWindowStorage(rateLimitStore);
    return {
      module: HttpModule,
      imports: [
        ThrottlerModule.forRoot({
          throttlers: [{ limit: rateLimit, ttl: rateLimitWindowMs }],
          // Nest starts and stops it.
          storage: shared ?? new FixedWindowStorage(),
          // One window per caller, for all routes together.
          generateKey: (_context, caller) => caller,
        }),
      ],
      providers: [
        { provide: APP_GUARD, useClass: ThrottlerGuard },
        ...(shared ? [rateLimitMetricProvider(shared)] : []),
      ],
    };
  }
}

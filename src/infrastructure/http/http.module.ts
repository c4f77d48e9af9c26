import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import type { Configuration } from '../config/configuration';
import { ExportSlots } from './export-guard';
import { FixedWindowStorage } from './fixed-window.storage';
import { ProblemFilter } from './problem.filter';
import { ValidationPipe } from './validation.pipe';

/** Applies to every controller: the rate limit, the validation of parameters, and problem details for thrown errors. */
@Global()
@Module({
  providers: [
    ExportSlots,
    { provide: APP_PIPE, useClass: ValidationPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [ExportSlots],
})
export class HttpModule {
  static forRoot({ rateLimit, rateLimitWindowMs }: Configuration['http']): DynamicModule {
    if (rateLimit === 0) return { module: HttpModule };
    return {
      module: HttpModule,
      imports: [
        ThrottlerModule.forRoot({
          throttlers: [{ limit: rateLimit, ttl: rateLimitWindowMs }],
          storage: new FixedWindowStorage(),
          // One window per caller, for all routes together.
          generateKey: (_context, caller) => caller,
        }),
      ],
      providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    };
  }
}

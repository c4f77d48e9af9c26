import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { TokenVerifier } from './token-verifier';

/** Requires a valid access token on every route that is not `@Public()`. */
@Module({})
export class AuthModule {
  static forRoot(tokenVerifier: TokenVerifier): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        { provide: TokenVerifier, useValue: tokenVerifier },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  TypeOrmHealthIndicator,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../auth/auth.decorators';
import { Lifecycle } from '../system/lifecycle';

/** Long enough for a busy database, and shorter than the timeout of the usual probes. */
const DATABASE_PING_MS = 1_000;

@Public()
@SkipThrottle()
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** The process responds. A failure of anything else is no reason to restart it. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The service accepts requests, and its database responds. */
  @Get('ready')
  async ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.acceptsWork(),
      () => this.database.pingCheck('database', { timeout: DATABASE_PING_MS }),
    ]);
  }

  private acceptsWork() {
    const indicator = this.indicators.check('lifecycle');
    return this.lifecycle.isRunning ? indicator.up() : indicator.down();
  }
}

import { Controller, Get, Logger } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../auth/auth.decorators';
import { DatabaseProbe, type DatabaseState } from '../database/database-probe';
import { Lifecycle } from '../system/lifecycle';

@Public()
@SkipThrottle()
@ApiExcludeController()
@Controller('health')
export class HealthController {
  private readonly logger = new Logger(HealthController.name);
  private lastState: DatabaseState = 'writable';

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: DatabaseProbe,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** The process responds. A failure of anything else is no reason to restart it. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The service accepts requests, and its database can be written. */
  @Get('ready')
  async ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.acceptsWork(), () => this.canWrite()]);
  }

  private acceptsWork() {
    const indicator = this.indicators.check('lifecycle');
    return this.lifecycle.isRunning ? indicator.up() : indicator.down();
  }

  private async canWrite() {
    const indicator = this.indicators.check('database');
    const state = await this.database.state();
    if (state !== this.lastState) this.logger.warn({ reason: this.database.reason }, `The database is ${state}.`);
    this.lastState = state;
    return state === 'writable' ? indicator.up() : indicator.down();
  }
}

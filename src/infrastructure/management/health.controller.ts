import { Controller, Get, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { Public } from '../auth/auth.decorators';
import { DatabaseProbe } from '../database/database-probe';
import { noteRefusal } from '../observability/access-log';
import { Lifecycle } from '../system/lifecycle';

@Public()
@SkipThrottle()
@ApiExcludeController()
@Controller('health')
export class HealthController {
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
  async ready(@Req() request: FastifyRequest): Promise<HealthCheckResult> {
    return this.health.check([() => this.acceptsWork(), () => this.canWrite(request)]);
  }

  private acceptsWork() {
    const indicator = this.indicators.check('lifecycle');
    return this.lifecycle.isRunning ? indicator.up() : indicator.down();
  }

  private async canWrite(request: FastifyRequest) {
    const indicator = this.indicators.check('database');
    const state = await this.database.state();
    if (state === 'writable') return indicator.up();
    noteRefusal(request, `The database is ${state}.`);
    return indicator.down();
  }
}

import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';

/** `/health/live`, `/health/ready` and `/metrics`. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
})
export class ManagementModule {
  /** Not in the decorator: `register` adds the default metrics of the process, once for each application. */
  static forRoot(): DynamicModule {
    return { module: ManagementModule, imports: [PrometheusModule.register({ controller: MetricsController })] };
  }
}

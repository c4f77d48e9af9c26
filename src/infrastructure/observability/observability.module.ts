import { Global, Module } from '@nestjs/common';
import { logMetricsProviders } from './log-metrics';
import { RefusedRequests, refusedRequestsProviders } from './refused-requests';
import { RequestMetrics, requestMetricsProviders } from './request-metrics';

/** Times requests, and counts what is dropped and refused. */
@Global()
@Module({
  providers: [...logMetricsProviders, ...refusedRequestsProviders, ...requestMetricsProviders],
  exports: [RefusedRequests, RequestMetrics],
})
export class ObservabilityModule {}

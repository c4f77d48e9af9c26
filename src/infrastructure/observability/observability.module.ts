import { Global, Module } from '@nestjs/common';
import { logMetricsProviders } from './log-metrics';
import { RefusedRequests, refusedRequestsProviders } from './refused-requests';

/** Counts what is dropped and refused. */
@Global()
@Module({ providers: [...logMetricsProviders, ...refusedRequestsProviders], exports: [RefusedRequests] })
export class ObservabilityModule {}

import type { Provider } from '@nestjs/common';
import { makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';
import type { SharedWindowStorage } from './shared-window.storage';

export const rateLimitMetricProvider = (storage: SharedWindowStorage): Provider =>
  makeGaugeProvider({
    name: 'http_rate_limit_shared',
    help: '1 while the rate limit is shared with the other instances, 0 while this one limits by itself.',
    collect(this: Gauge) {
      this.set(storage.isShared ? 1 : 0);
    },
  });

import type { Provider } from '@nestjs/common';
import { makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import { droppedLogLines } from './log-output';

export const logMetricsProviders: Provider[] = [
  makeCounterProvider({
    name: 'log_lines_dropped_total',
    help: 'Log lines that were dropped because the standard output took no more.',
    collect(this: Counter) {
      this.reset();
      this.inc(droppedLogLines());
    },
  }),
];

import { rate, RAW } from './expressions';
import type { DashboardRow } from './panel';

/** What makes a service slow whose database is not. */
export const processRow: DashboardRow = {
  title: 'Process',
  panels: [
    {
      kind: 'timeseries',
      title: 'CPU',
      description: 'Cores in use. JavaScript runs on one of them.',
      unit: 'short',
      width: 6,
      queries: [{ legend: '{{instance}}', expr: rate('process_cpu_seconds_total', RAW) }],
    },
    {
      kind: 'timeseries',
      title: 'Event Loop Lag p99',
      description:
        'Timers run later than this in 1 % of the cases: everything waits that long. 10 ms is the resolution.',
      unit: 's',
      width: 6,
      queries: [{ legend: '{{instance}}', expr: `nodejs_eventloop_lag_p99_seconds{${RAW}}` }],
    },
    {
      kind: 'timeseries',
      title: 'Heap in Use',
      description: 'A saw is garbage that is collected. What only grows is a leak.',
      unit: 'bytes',
      width: 6,
      queries: [{ legend: '{{instance}}', expr: `nodejs_heap_size_used_bytes{${RAW}}` }],
    },
    {
      kind: 'timeseries',
      title: 'Garbage Collection',
      description: 'Share of the time that it takes. Meanwhile no request makes progress.',
      unit: 'percentunit',
      width: 6,
      queries: [
        {
          legend: '{{instance}}',
          expr:
            `sum by (instance) (${rate('nodejs_gc_duration_seconds_sum', RAW)} ` +
            `or histogram_sum(${rate('nodejs_gc_duration_seconds', RAW)}))`,
        },
      ],
    },
  ],
};

import { Counter, Histogram, Registry } from 'prom-client';
import type { EntitySubscriberInterface } from 'typeorm';

/** The usual implementation: prom-client with label objects, the start in a WeakMap. */
export function stockSubscriber(): Pick<EntitySubscriberInterface, 'beforeQuery' | 'afterQuery'> {
  const registers = [new Registry()];
  const labelNames = ['query_type'];
  const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const queries = new Counter({ name: 'queries', help: 'queries', labelNames, registers });
  const slow = new Counter({ name: 'slow', help: 'slow', labelNames, registers });
  const durations = new Histogram({ name: 'seconds', help: 'seconds', labelNames, registers, buckets });
  const starts = new WeakMap<object, number>();
  return {
    beforeQuery: ({ queryRunner }) => void starts.set(queryRunner, performance.now()),
    afterQuery: ({ queryRunner, query }) => {
      const seconds = (performance.now() - starts.get(queryRunner)!) / 1000;
      const query_type = query.trimStart().slice(0, 6).toUpperCase();
      queries.inc({ query_type });
      durations.observe({ query_type }, seconds);
      if (seconds >= 0.1) slow.inc({ query_type });
    },
  };
}

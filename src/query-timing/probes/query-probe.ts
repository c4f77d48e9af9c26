import { CockroachSubscriber } from './cockroach-subscriber';
import type { Probe } from './probe';
import { QuerySubscriber } from './query-subscriber';
import { attachSubscriber } from './subscriber-attachment';

export const queryProbe: Probe = (dataSource, completion) => {
  const isCockroach = dataSource.options.type === 'cockroachdb';
  const subscriber = isCockroach ? new CockroachSubscriber(completion) : new QuerySubscriber(completion);
  return attachSubscriber(dataSource, subscriber);
};

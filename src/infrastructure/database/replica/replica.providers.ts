import type { Provider } from '@nestjs/common';
import { getToken, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { CONFIGURATION, type Configuration, type Replica } from '../../config/configuration';
import { RecentWrites } from '../../consistency/recent-writes';
import { replicaPoolOf } from './replica-pool';
import { ReplicaWatch } from './replica-watch';

const USED = 'database_replica_used';

/** The watch of the replica, and its metric. */
export const replicaProviders = (replica: Replica): Provider[] => [
  makeGaugeProvider({
    name: USED,
    help: '1 while the replica serves the reads that may be a little old, 0 while the primary serves all reads.',
  }),
  {
    provide: ReplicaWatch,
    inject: [DataSource, RecentWrites, CONFIGURATION, getToken(USED)],
    useFactory: (dataSource: DataSource, recentWrites: RecentWrites, { database }: Configuration, used: Gauge) =>
      new ReplicaWatch({
        replica,
        primaryUrl: database.url,
        maxAgeMs: database.connectionMaxAgeMs,
        onUse: (isUsed) => used.set(isUsed ? 1 : 0),
        onFailure: () => replicaPoolOf(dataSource)?.endConnections(),
        onCaughtUp: (at) => recentWrites.forgetBefore(at),
      }),
  },
];

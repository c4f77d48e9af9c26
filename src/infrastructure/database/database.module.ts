import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Idempotency } from '../../application/shared/idempotency';
import { IdempotencyRetention } from '../../application/shared/idempotency-keys';
import { RecentWrites } from '../consistency/recent-writes';
import { CONFIGURATION, type Configuration } from '../config/configuration';
import { TransactionMetrics, transactionMetricsProviders } from '../observability/transaction-metrics';
import { DatabaseProbe } from './database-probe';
import { IdempotencyKeySweeper } from './idempotency/idempotency-key-sweeper';
import { OutboxSignal } from './outbox/outbox-signal';
import { replicaProviders } from './replica/replica.providers';
import { ReplicaWatch } from './replica/replica-watch';
import { StaleReads } from './replica/stale-reads';
import { TransactionRunner } from './transaction-runner';

/** Provides the connected data source, transactions and idempotency keys to every feature. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(dataSource: DataSource, { replica }: Configuration['database']): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
      ],
      providers: [
        ...transactionMetricsProviders,
        OutboxSignal,
        {
          provide: TransactionRunner,
          inject: [DataSource, TransactionMetrics, OutboxSignal],
          useFactory: (source: DataSource, metrics: TransactionMetrics, signal: OutboxSignal) =>
            new TransactionRunner(source, metrics, signal.raise),
        },
        {
          provide: DatabaseProbe,
          inject: [CONFIGURATION],
          useFactory: ({ database }: Configuration) => new DatabaseProbe(database.url, database.connectionMaxAgeMs),
        },
        RecentWrites,
        ...(replica ? replicaProviders(replica) : []),
        {
          provide: StaleReads,
          inject: [DataSource, { token: ReplicaWatch, optional: true }, RecentWrites],
          useFactory: (source: DataSource, watch: ReplicaWatch | undefined, writes: RecentWrites) =>
            new StaleReads(source, watch, writes),
        },
        Idempotency,
        {
          provide: IdempotencyRetention,
          inject: [CONFIGURATION],
          useFactory: ({ idempotency }: Configuration): IdempotencyRetention => ({
            milliseconds: idempotency.retentionMs,
          }),
        },
        {
          provide: IdempotencyKeySweeper,
          inject: [DataSource, CONFIGURATION],
          useFactory: (source: DataSource, { idempotency }: Configuration) =>
            new IdempotencyKeySweeper(source, idempotency.sweepIntervalMs),
        },
      ],
      exports: [
        DatabaseProbe,
        OutboxSignal,
        TransactionRunner,
        StaleReads,
        RecentWrites,
        Idempotency,
        IdempotencyRetention,
      ],
    };
  }
}

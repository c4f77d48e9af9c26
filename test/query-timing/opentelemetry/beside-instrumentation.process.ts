/** Two pools with OpenTelemetry's instrumentation and the metric producer. Prints what both have counted, and the pools' figures. */
import 'reflect-metadata';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { QueryTimingMetricProducer } from '../../../src/query-timing/opentelemetry';
import { pointsOf, TestReader } from '../support/open-telemetry';

interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

const poolOf = (dataSource: DataSource) => (dataSource.driver as unknown as { master: Pool }).master;

async function main(url: string): Promise<void> {
  // Before TypeORM loads pg.
  const instrumentation = new PgInstrumentation();
  const producer = new QueryTimingMetricProducer();
  const reader = new TestReader(producer);
  const dataSources = ['teas', 'cups'].map((name, i) => {
    const dataSource = new DataSource({ type: 'postgres', url, poolSize: 3 + i });
    return [name, dataSource] as const;
  });
  for (const [, dataSource] of dataSources) await dataSource.initialize();
  // From here on both count.
  instrumentation.setMeterProvider(reader.meterProvider);
  for (const [name, dataSource] of dataSources) {
    installQueryTiming(dataSource, { name, metricProducers: [producer], logger: { warn: () => undefined } });
  }
  const [, teas] = dataSources[0]!;
  const [, cups] = dataSources[1]!;
  await teas.query('CREATE TABLE tea (id int PRIMARY KEY)');
  await Promise.all(Array.from({ length: 7 }, (_, i) => teas.query('INSERT INTO tea VALUES ($1)', [i])));
  for (let i = 0; i < 20; i++) await (i % 2 ? teas : cups).query('SELECT * FROM tea');
  await cups.query('UPDATE tea SET id = id + 100');
  await teas.query('DELETE FROM tea WHERE id = 100');
  await teas.query('INSERT INTO tea VALUES (101)').catch(() => undefined);
  await cups.query('SELECT * FROM nothing').catch(() => undefined);
  await cups.query('SELECT * FROM nothing').catch(() => undefined);
  const work = async (fails: boolean) =>
    cups.transaction(async (manager) => {
      await manager.query('SELECT 1');
      if (fails) throw new Error('roll back');
    });
  await work(false);
  await work(true).catch(() => undefined);

  // Three connections of the first pool, which are all it has, one of the second, and one request that waits.
  const runners = [teas, teas, teas, cups].map((dataSource) => dataSource.createQueryRunner());
  for (const runner of runners) await runner.connect();
  const waiting = teas.createQueryRunner();
  const acquired = waiting.connect();
  const metrics = await reader.readAll();
  const pools = dataSources.map(([name, dataSource]) => {
    const { totalCount, idleCount, waitingCount, options } = poolOf(dataSource);
    return { name, used: totalCount - idleCount, idle: idleCount, pending: waitingCount, limit: options.max };
  });
  for (const runner of runners) await runner.release();
  await acquired;
  await waiting.release();
  for (const [, dataSource] of dataSources) await dataSource.destroy();
  const points = Object.fromEntries(
    [...metrics].map(([scope, all]) => [
      scope,
      Object.fromEntries(all.map((metric) => [metric.descriptor.name, pointsOf(metric)])),
    ]),
  );
  process.stdout.write(`${JSON.stringify({ points, pools })}\n`);
}

void main(process.argv[2]!);

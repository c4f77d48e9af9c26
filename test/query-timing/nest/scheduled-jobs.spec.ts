import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { runInScope } from '../../../src/query-timing/index';
import { unitsModule } from './support/application';

@Injectable()
class CleanUp {
  constructor(private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_YEAR, { name: 'yearly' })
  async yearly(): Promise<void> {
    await this.dataSource.query('SELECT 1 AS cron');
  }

  @Interval(5)
  async often(): Promise<void> {
    await this.dataSource.query('SELECT 1 AS often');
    await this.dataSource.query('SELECT 2 AS often');
  }

  @Timeout(1)
  async once(): Promise<void> {
    await this.dataSource.query('SELECT 1 AS once');
    throw new Error('on purpose');
  }
}

it('a scheduled job is named by its kind and its method, and ends when it settles', async () => {
  const { module, closed } = unitsModule({ imports: [ScheduleModule.forRoot()], providers: [CleanUp] });
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  await app.get(SchedulerRegistry).getCronJob('yearly').fireOnTick();
  const byName = new Map<string, unknown>();
  while (byName.size < 3) {
    const { name, handler, statements, late } = await closed.one();
    byName.set(name, { handler, statements, late });
  }
  expect(Object.fromEntries(byName)).toEqual({
    'CRON yearly': { handler: 'CleanUp.yearly', statements: 1, late: 0 },
    'INTERVAL CleanUp.often': { handler: 'CleanUp.often', statements: 2, late: 0 },
    'TIMEOUT CleanUp.once': { handler: 'CleanUp.once', statements: 1, late: 0 },
  });
  await app.close();
});

it('a job that a unit of work calls itself is part of that one', async () => {
  const schedule = ScheduleModule.forRoot({ cronJobs: false, intervals: false, timeouts: false });
  const { module, closed } = unitsModule({ imports: [schedule], providers: [CleanUp] });
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  await runInScope('by hand', () => app.get(CleanUp).yearly());
  expect(await closed.one()).toMatchObject({ name: 'by hand', statements: 1 });
  await app.close();
});

import type { EventEmitter } from 'node:events';
import { Controller, Module, Param, Post } from '@nestjs/common';
import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { DataSource, type EntityManager } from 'typeorm';
import { SERVICE_NAME } from '../../src/infrastructure/config/service-name';
import { TransactionRunner } from '../../src/infrastructure/database/transaction-runner';
import { ApiProblems } from '../../src/infrastructure/http/api-problems';
import { Problems } from '../../src/infrastructure/http/problem-table';
import { Scrape } from '../support/metrics';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';

type Refused = { readonly kind: 'refused' };

const problems = { refused: { status: 409, title: 'Refused' } };

/** Runs a transaction that is idle until the server ends its session. */
@Problems(problems)
@Controller('api/v1/sessions')
class SessionsController {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly dataSource: DataSource,
  ) {}

  @Post(':how')
  @ApiProblems(problems, ['refused'])
  run(@Param('how') how: string): ResultAsync<string, Refused> {
    return this.transactions.run((manager) => new ResultAsync(this.wait(manager, how)));
  }

  private async wait(manager: EntityManager, how: string): Promise<Result<string, Refused>> {
    const runner = manager.queryRunner!;
    const client = (await runner.connect()) as EventEmitter;
    const ended = new Promise((resolve) => client.once('end', resolve));
    const [session] = (await runner.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
    if (how === 'transaction_timeout') await runner.query('SET LOCAL transaction_timeout = 50');
    if (how === 'terminated') await this.dataSource.query('SELECT pg_terminate_backend($1)', [session.pid]);
    await ended;
    return how === 'refused' ? err({ kind: 'refused' }) : ok('committed');
  }
}

@Module({ controllers: [SessionsController] })
class SessionsModule {}

describe('a transaction whose session the server ends while it is idle', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '200', LOG_LEVEL: 'info' }, [
      SessionsModule,
    ]);
  });
  afterAll(() => service.stop());

  const run = (how: string) => service.request(`/api/v1/sessions/${how}`, { method: 'POST' });
  const linesOf = (code: string) => service.log.lines.filter((line) => JSON.stringify(line).includes(code));

  it.each([
    ['idle', '25P03', 504, 'deadline-exceeded'],
    ['transaction_timeout', '25P04', 504, 'deadline-exceeded'],
    ['terminated', '57P01', 503, 'unavailable'],
  ])('(%s) is logged once with its code %s, and is a %i', async (how, code, status, problem) => {
    const [version] = await service.rows(`SELECT current_setting('server_version_num')::int AS number`);
    // transaction_timeout is new in PostgreSQL 17.
    if (how === 'transaction_timeout' && version.number < 170_000) return;
    const before = await Scrape.of(service);
    expectProblem(await run(how), status, problem);
    const line = await service.log.first((one) => one.code === code);
    expect(line).toMatchObject({ level: 'warn', msg: 'database connection lost', connections: 1 });
    expect(linesOf(code)).toEqual([line]);
    const after = await Scrape.of(service);
    const gained = (series: string) => after.value(series)! - before.value(series)!;
    expect(gained('db_transaction_duration_seconds_count{outcome="rollback"}')).toBe(1);
    expect(gained('db_transaction_duration_seconds_count{outcome="commit"}')).toBe(0);
  });

  it('is logged even if its work is refused, and no statement follows', async () => {
    const before = linesOf('25P03').length;
    expectProblem(await run('refused'), 409, 'refused');
    await service.log.first((one) => one.code === '25P03' && !linesOf('25P03').slice(0, before).includes(one));
    expect(linesOf('25P03')).toHaveLength(before + 1);
  });
});

describe('connections that are lost together, without a request,', () => {
  it('are one line in the log', async () => {
    const service = await RunningService.start({
      DATABASE_POOL_SIZE: '3',
      QUERY_TIMING_ENABLED: 'false',
      LOG_LEVEL: 'warn',
    });
    const dataSource = service.service.app.get(DataSource);
    await Promise.all(Array.from({ length: 3 }, () => dataSource.query('SELECT pg_sleep(0.2)')));
    await service.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = '${SERVICE_NAME}'`,
    );
    const line = await service.log.first(({ code }) => code === '57P01');
    expect(line).toMatchObject({ msg: 'database connection lost', connections: 3 });
    await service.stop();
    expect(service.log.lines).toEqual([line]);
  });
});

import { Controller, Module, Param, Post } from '@nestjs/common';
import { okAsync } from 'neverthrow';
import { TransactionRunner } from '../../../src/infrastructure/database/transaction-runner';
import { Public } from '../../../src/infrastructure/auth/auth.decorators';
import { Scrape } from '../../support/metrics';
import { RunningService } from '../../support/running-service';

let beforeCommit: () => Promise<void> = () => Promise.resolve();

@Public()
@Controller('accounts')
class AccountsController {
  constructor(private readonly transactions: TransactionRunner) {}

  @Post(':id')
  async open(@Param('id') id: string): Promise<string> {
    await beforeCommit();
    const event = { type: 'account-opened', aggregate: { type: 'account', id }, occurredAt: new Date(), data: { id } };
    await this.transactions.run((_manager, events) => okAsync(events.publish(event))).unwrapOr(undefined);
    return id;
  }
}

@Module({ controllers: [AccountsController] })
class AccountsModule {}

describe('the events of requests', () => {
  let service: RunningService;
  let startedAt: number;
  beforeAll(async () => {
    startedAt = Date.now();
    // Only the signal of a commit makes it send in time.
    const settings = { OUTBOX_RELAY: 'true', OUTBOX_POLL_INTERVAL_MS: '86400000', LOG_LEVEL: 'info' };
    service = await RunningService.start(settings, [AccountsModule]);
  });
  afterAll(() => service.stop());

  const open = (id: string) => fetch(`${service.url}/accounts/${id}`, { method: 'POST' });
  const lineOf = (id: string) =>
    service.log.first(({ msg }) => String(msg).startsWith(`account-opened of account ${id} `));

  it('are sent as soon as they are committed, and counted; their lines do not belong to the request', async () => {
    expect((await open('first')).status).toBe(201);
    expect(await lineOf('first')).not.toHaveProperty('requestId');
    let scrape = await Scrape.of(service);
    while (scrape.value('outbox_events_sent_total') === 0) scrape = await Scrape.of(service);
    const values = ['outbox_events_sent_total', 'outbox_send_failures_total', 'outbox_events_dead_total'];
    expect(values.map((name) => scrape.value(name))).toEqual([1, 0, 0]);
    const counts = ['outbox_pending_events', 'outbox_dead_events', 'outbox_oldest_event_age_seconds'];
    expect(counts.map((name) => scrape.value(name))).toEqual([0, 0, 0]);
    expect(scrape.value('outbox_counted_timestamp_seconds')).toBeGreaterThanOrEqual(startedAt / 1_000);
    expect(scrape.value('db_scope_statements_count{scope="job outbox"}')).toBeGreaterThanOrEqual(1);
  });

  it('are sent before the service has stopped, also of a request that ends while it stops', async () => {
    let commit: () => void = () => undefined;
    const waiting = new Promise<void>((reached) => {
      beforeCommit = () =>
        new Promise((resolve) => {
          commit = resolve;
          reached();
        });
    });
    const response = open('last');
    await waiting;
    const stopped = service.service.stop(0);
    commit();
    expect((await response).status).toBe(201);
    await stopped;
    expect(await lineOf('last')).toBeDefined();
  });
});

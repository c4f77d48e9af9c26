import { Controller, Get, Module } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Public } from '../../../src/infrastructure/auth/auth.decorators';
import { Scrape } from '../../support/metrics';
import { RunningService } from '../../support/running-service';

@Public()
@Controller('busy')
class BusyController {
  /** Holds the whole process. */
  @Get()
  hold(): string {
    const end = performance.now() + 150;
    while (performance.now() < end);
    return 'done';
  }
}

@Module({ controllers: [BusyController] })
class BusyModule {}

describe('a service whose event loop is late', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ MAX_REQUESTS_IN_PROGRESS: '0', MAX_EVENT_LOOP_LAG_MS: '50' }, [BusyModule]);
  });
  afterAll(() => service.stop());

  const ask = async (path: string) => (await fetch(service.url + path)).status;

  it('refuses when it is late again and again, although no turn of it takes long', async () => {
    while ((await ask('/nothing')) === 503) await delay(20);
    let refused = false;
    for (let i = 0; i < 50 && !refused; i++) refused = (await ask('/busy')) === 503;
    expect(refused).toBe(true);
  });

  it('refuses, and recovers', async () => {
    // The start itself holds the event loop.
    while ((await ask('/nothing')) === 503) await delay(20);
    const scrape = async () => (await Scrape.of(service)).value('http_requests_refused_total{reason="event_loop"}')!;
    const before = await scrape();
    const statuses = await Promise.all(Array.from({ length: 15 }, () => ask('/busy')));
    const refused = statuses.filter((status) => status === 503).length;
    expect(statuses.filter((status) => status === 200).length).toBe(statuses.length - refused);
    expect(refused).toBeGreaterThan(0);
    expect((await scrape()) - before).toBe(refused);
    while ((await ask('/nothing')) === 503) await delay(20);
  });
});

import { Controller, Get, Module, NotFoundException, Param, Post } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Public } from '../../../src/infrastructure/auth/auth.decorators';
import { Scrape } from '../../support/metrics';
import { RunningService } from '../../support/running-service';

@Public()
@Controller('boxes')
class BoxesController {
  @Get(':id')
  one(@Param('id') id: string): string {
    if (id === '0') throw new NotFoundException();
    if (id === '-1') throw new Error('broken');
    return id;
  }

  @Post()
  add(): string {
    return 'added';
  }
}

@Module({ controllers: [BoxesController] })
class BoxesModule {}

const series = (method: string, route: string, statusClass: string) =>
  `http_request_duration_seconds_count{method="${method}",route="${route}",status_class="${statusClass}"}`;

describe('the time of requests', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ LOG_LEVEL: 'silent' }, [BoxesModule]);
  });
  afterAll(() => service.stop());

  /** Requests are counted when their response has been sent, which is when the client may have it already. */
  const counted = async (expected: Readonly<Record<string, number>>) => {
    for (;;) {
      const scrape = await Scrape.of(service);
      const found = Object.fromEntries(Object.keys(expected).map((name) => [name, scrape.value(name)]));
      if (Object.entries(expected).every(([name, value]) => found[name] === value)) return;
      await delay(20);
    }
  };

  it('has a series for each route and class of status from the start, at 0', async () => {
    const classes = ['2xx', '4xx', '5xx'];
    await counted(Object.fromEntries(classes.map((name) => [series('GET', '/boxes/:id', name), 0])));
    await counted({ [series('POST', '/boxes', '2xx')]: 0 });
  });

  it('is that of the template of a route, never of a path', async () => {
    for (const id of ['1', '2', '0', '-1']) await fetch(`${service.url}/boxes/${id}`);
    await fetch(`${service.url}/boxes`, { method: 'POST' });
    await counted({
      [series('GET', '/boxes/:id', '2xx')]: 2,
      [series('GET', '/boxes/:id', '4xx')]: 1,
      [series('GET', '/boxes/:id', '5xx')]: 1,
      [series('POST', '/boxes', '2xx')]: 1,
    });
    const scrape = await Scrape.of(service);
    expect(scrape.sum('http_request_duration_seconds_sum')).toBeGreaterThan(0);
  });

  it('is counted together for all paths without a route, and not for probes, scrapes and the documentation', async () => {
    const { length } = (await Scrape.of(service)).named('http_request_duration_seconds_count');
    for (const method of ['GET', 'PUT', 'DELETE']) await fetch(`${service.url}/unknown/${method}`, { method });
    await fetch(`${service.managementUrl}/health/live`);
    await fetch(`${service.url}/docs`);
    await counted({ [series('other', '(no route)', '4xx')]: 3 });
    const all = (await Scrape.of(service)).named('http_request_duration_seconds_count');
    expect(all).toHaveLength(length + 1);
    expect(all.filter((name) => /health|metrics|docs/.test(name))).toEqual([]);
  });
});

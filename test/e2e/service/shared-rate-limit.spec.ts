import { Logger } from '@nestjs/common';
import { createClient } from '@redis/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RedisCounter } from '../../../src/infrastructure/http/rate-limit/redis-counter';
import { SharedWindowStorage } from '../../../src/infrastructure/http/rate-limit/shared-window.storage';
import { freePort } from '../../../development-database/free-port';
import { Scrape } from '../../support/metrics';
import { ProbeModule } from '../../support/probe.module';
import { expectProblem } from '../../support/problems';
import { startRedis, type TestRedis } from '../../support/redis';
import { RunningService } from '../../support/running-service';

const WINDOW_MS = 3_600_000;
const LIMIT = 3;
const LOST = 'rate limit store does not respond: each instance limits by itself';

let redis: TestRedis;
beforeAll(async () => void (redis = await startRedis()), 120_000);
afterAll(() => redis?.stop());

describe('instances with one RATE_LIMIT_STORE', () => {
  beforeAll(() => Logger.overrideLogger(false));
  const started: SharedWindowStorage[] = [];
  afterEach(() => started.splice(0).forEach((instance) => instance.onApplicationShutdown()));
  const anInstance = async (timeoutMs = 20_000): Promise<SharedWindowStorage> => {
    const instance = new SharedWindowStorage({ url: redis.url, timeoutMs });
    started.push(instance);
    await instance.onModuleInit();
    return instance;
  };
  const hit = (instance: SharedWindowStorage, caller: string, windowMs = WINDOW_MS) =>
    instance.increment(caller, windowMs, LIMIT);
  const untilShared = async (instance: SharedWindowStorage) => {
    while (!instance.isShared) await delay(10);
  };

  it('share the limit of a caller, in a window that begins with the first request', async () => {
    const [one, other, caller] = [await anInstance(), await anInstance(), randomUUID()];
    const records = [
      await hit(one, caller),
      await hit(other, caller),
      await hit(one, caller),
      await hit(other, caller),
    ];
    expect(records.map(({ totalHits, isBlocked }) => [totalHits, isBlocked])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, true],
    ]);
    const seconds = WINDOW_MS / 1_000;
    for (const { timeToExpire } of records) {
      expect(timeToExpire).toBeLessThanOrEqual(seconds);
      expect(timeToExpire).toBeGreaterThan(seconds / 2);
    }
    expect(records[3]!.timeToBlockExpire).toBe(records[3]!.timeToExpire);
    expect(await hit(other, randomUUID())).toMatchObject({ totalHits: 1 });
  });

  it('count each of many concurrent requests once', async () => {
    const [one, other, caller] = [await anInstance(), await anInstance(), randomUUID()];
    const records = await Promise.all(Array.from({ length: 200 }, (_, index) => hit(index % 2 ? one : other, caller)));
    const hits = records.map(({ totalHits }) => totalHits).sort((a, b) => a - b);
    expect(hits).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('begin again after the window', async () => {
    const [one, other, caller] = [await anInstance(), await anInstance(), randomUUID()];
    await hit(one, caller, 200);
    while ((await hit(other, caller, 200)).totalHits > 1) await delay(250);
  });

  it('limit by themselves while the store is down, and share the limit again when it is back', async () => {
    const [one, other, caller] = [await anInstance(), await anInstance(), randomUUID()];
    await hit(one, caller);
    await redis.halt();
    for (const instance of [one, other]) {
      const hits = [await hit(instance, caller), await hit(instance, caller)].map(({ totalHits }) => totalHits);
      expect(hits).toEqual([1, 2]);
      expect(instance.isShared).toBe(false);
    }
    await redis.restart();
    await Promise.all([untilShared(one), untilShared(other)]);
    expect([(await hit(one, caller)).totalHits, (await hit(other, caller)).totalHits]).toEqual([1, 2]);
  });

  it('limit by themselves while the store is a replica, which cannot be written', async () => {
    const [one, caller] = [await anInstance(), randomUUID()];
    const replicaOf = async (...primary: string[]) => {
      const client = await createClient({ url: redis.url }).connect();
      await client.sendCommand(['REPLICAOF', ...primary]);
      client.destroy();
    };
    await replicaOf('127.0.0.1', String(await freePort()));
    const other = await anInstance();
    expect(other.isShared).toBe(false);
    for (const instance of [one, other]) expect(await hit(instance, caller)).toMatchObject({ totalHits: 1 });
    expect(one.isShared).toBe(false);
    await replicaOf('NO', 'ONE');
    await Promise.all([untilShared(one), untilShared(other)]);
  });

  it('wait for a store that is frozen for their time-out once, and then not at all', async () => {
    const [hasty, patient, caller] = [await anInstance(1_000), await anInstance(600_000), randomUUID()];
    redis.freeze();
    const waiting = hit(patient, caller);
    const first = await Promise.race([hit(hasty, caller), waiting.then(() => undefined)]);
    expect(first).toMatchObject({ totalHits: 1 });
    expect(hasty.isShared).toBe(false);
    const next = await Promise.race([hit(hasty, caller), new Promise((resolve) => setImmediate(resolve))]);
    expect(next).toMatchObject({ totalHits: 2 });
    redis.thaw();
    // The request that the hasty one has given up on is counted, too.
    expect((await waiting).totalHits).toBeGreaterThanOrEqual(1);
    await untilShared(hasty);
  });
});

describe('a service with a RATE_LIMIT_STORE', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(
      {
        RATE_LIMIT: String(LIMIT),
        RATE_LIMIT_WINDOW_MS: String(WINDOW_MS),
        RATE_LIMIT_STORE: redis.url,
        RATE_LIMIT_STORE_TIMEOUT_MS: '10000',
        LOG_LEVEL: 'info',
      },
      [ProbeModule],
    );
  });
  afterAll(() => service?.stop());
  const ask = () => service.request('/api/v1/probes/one');
  const isShared = async () => (await Scrape.of(service)).value('http_rate_limit_shared');

  it('refuses what exceeds the limit with what another instance has let through', async () => {
    const other = new SharedWindowStorage({ url: redis.url, timeoutMs: 10_000 });
    await other.onModuleInit();
    expect((await ask()).status).toBe(200);
    const { totalHits } = await other.increment('127.0.0.1', WINDOW_MS, LIMIT);
    expect(totalHits).toBe(2);
    other.onApplicationShutdown();
    expect((await ask()).status).toBe(200);
    expectProblem(await ask(), 429, 'too-many-requests');
    expect(await isShared()).toBe(1);
  });

  it('serves requests while the store is down, says so once, and has a metric for it', async () => {
    const connecting = jest.spyOn(RedisCounter, 'connect');
    await redis.halt();
    for (let request = 0; request < LIMIT; request += 1) expect((await ask()).status).toBe(200);
    expectProblem(await ask(), 429, 'too-many-requests');
    expect(await isShared()).toBe(0);
    while (connecting.mock.calls.length < 2) await delay(20);
    connecting.mockRestore();
    await redis.restart();
    await service.log.first(
      ({ msg }) => msg === 'rate limit store responds again: the limit is shared by all instances',
    );
    expect((await ask()).status).toBe(200);
    expect(await isShared()).toBe(1);
    const lines = service.log.lines.filter(({ msg }) => msg === LOST);
    expect(lines.map(({ level }) => level as string)).toEqual(['warn']);
    expect(service.log.text).not.toContain('p@ss');
  });

  it('starts without the store, and uses it once it is there', async () => {
    await redis.halt();
    const storage = new SharedWindowStorage({ url: redis.url, timeoutMs: 10_000 });
    await storage.onModuleInit();
    expect(storage.isShared).toBe(false);
    await redis.restart();
    while (!storage.isShared) await delay(10);
    storage.onApplicationShutdown();
  });
});

import { Controller, Get, Module, Post, StreamableFile } from '@nestjs/common';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Public } from '../../../src/infrastructure/auth/auth.decorators';
import { Scrape } from '../../support/metrics';
import { sendRaw } from '../../support/raw-http';
import { RunningService } from '../../support/running-service';

const LIMIT = 2;
const waiting: (() => void)[] = [];
let arrived = (): void => undefined;

@Public()
@Controller('gates')
class GatesController {
  /** Responds when the test lets it. */
  @Get()
  async pass(): Promise<string> {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      arrived();
    });
    return 'passed';
  }

  @Post()
  accept(): string {
    return 'accepted';
  }

  /** A response that begins and does not end. */
  @Get('stream')
  stream(): StreamableFile {
    const lines = new Readable({ read: () => undefined });
    lines.push('begun\n');
    return new StreamableFile(lines);
  }
}

@Module({ controllers: [GatesController] })
class GatesModule {}

async function untilWaiting(count: number): Promise<void> {
  while (waiting.length < count) await new Promise<void>((resolve) => (arrived = resolve));
}

describe('a service that is overloaded', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(
      { LOG_LEVEL: 'info', MAX_REQUESTS_IN_PROGRESS: String(LIMIT), MAX_EVENT_LOOP_LAG_MS: '0' },
      [GatesModule],
    );
  });
  afterAll(() => service.stop());

  const get = (path = '/gates', init?: RequestInit) => fetch(service.url + path, init);
  const refusals = async (reason: string) =>
    (await Scrape.of(service)).value(`http_requests_refused_total{reason="${reason}"}`)!;

  /** Sends a request and leaves its response to the caller. */
  async function open(path: string): Promise<Socket> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return socket;
  }

  /** Runs while the service has as many requests in progress as it may. */
  async function whileFull(work: () => Promise<void>): Promise<void> {
    const held = Array.from({ length: LIMIT }, () => get());
    await untilWaiting(LIMIT);
    try {
      await work();
    } finally {
      waiting.splice(0).forEach((pass) => pass());
      for (const response of await Promise.all(held)) expect(await response.text()).toBe('passed');
    }
  }

  it('refuses with a problem before it reads the body or the token', () =>
    whileFull(async () => {
      const head = `POST /api/v1/orders?a=1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\nContent-Length: 10\r\n`;
      const { status, headers, body } = await new Promise<Awaited<ReturnType<typeof sendRaw>>>((resolve, reject) => {
        sendRaw(service.url, (socket) => {
          socket.write(`${head}\r\n`);
          socket.once('data', () => socket.end());
        }).then(resolve, reject);
      });
      expect(status).toBe(503);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'application/problem+json; charset=utf-8',
        'retry-after': '1',
        'x-request-id': 'mine',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      expect(JSON.parse(body)).toMatchObject({ code: 'unavailable', status: 503, instance: '/api/v1/orders' });
    }));

  it('serves health checks and metrics, and requests again when there is room', async () => {
    await whileFull(async () => {
      for (const path of ['/health/live', '/health/ready', '/metrics']) expect((await get(path)).status).toBe(200);
      expect((await get('/health-or-so')).status).toBe(503);
    });
    expect((await get('/gates', { method: 'POST' })).status).toBe(201);
  });

  it('counts what it refuses, in one line per second without a stack, and in a metric', async () => {
    const before = await refusals('in_progress');
    await whileFull(async () => {
      for (let sent = 0; sent < 10; sent += 1) expect((await get('/refused-path')).status).toBe(503);
    });
    expect((await refusals('in_progress')) - before).toBe(10);
    const reported = () =>
      service.log.lines
        .filter(({ msg }) => msg === 'requests refused: the service is overloaded')
        .reduce((sum, { refused }) => sum + (refused as { in_progress: number }).in_progress, 0);
    await service.log.first(() => reported() === before + 10);
    expect(service.log.text).not.toContain('refused-path');
    expect(service.log.text).not.toContain('stack');
  });

  it('has room although clients send their bodies slowly, and refuses these bodies if it is full when they arrive', async () => {
    const head = 'POST /gates HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{';
    const slow = Array.from({ length: LIMIT + 1 }, () => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
      socket.setEncoding('latin1').write(head);
      return socket;
    });
    await Promise.all(slow.map((socket) => once(socket, 'connect')));
    expect((await get('/gates', { method: 'POST' })).status).toBe(201);
    await whileFull(async () => {
      for (const socket of slow) {
        socket.write('}');
        const [text] = (await once(socket, 'data')) as [string];
        expect(text).toMatch(/^HTTP\/1\.1 503 /);
        socket.destroy();
      }
    });
  });

  it('has room although clients read their responses slowly, or leave before the response', async () => {
    const readers = await Promise.all(Array.from({ length: LIMIT + 1 }, () => open('/gates/stream')));
    for (const reader of readers) {
      const [bytes] = (await once(reader, 'data')) as [Buffer];
      expect(bytes.toString()).toMatch(/^HTTP\/1\.1 200 /);
    }
    const leaving = await Promise.all(Array.from({ length: LIMIT }, () => open('/gates')));
    await untilWaiting(LIMIT);
    expect((await get('/gates', { method: 'POST' })).status).toBe(503);
    for (const socket of [...readers, ...leaving]) socket.destroy();
    waiting.length = 0;
    // The service notices a little later than the client that the connection is closed.
    while ((await get('/gates', { method: 'POST' })).status !== 201) await delay(5);
  });
});

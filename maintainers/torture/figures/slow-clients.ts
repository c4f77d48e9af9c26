import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figure, Outcome, Stage } from '../figure';
import { quantile, startShop, type RunningShop } from '../rig/running-shop';

interface Extent {
  readonly clients: number;
  readonly timeoutMs: number;
}

/** Node looks for requests that are late once a second, so they are closed within ten. */
const WHOLE: Extent = { clients: 5_000, timeoutMs: 9_000 };
const SHORT: Extent = { clients: 200, timeoutMs: 1_000 };
const CLOSED_MS = 10_000;
const RATIO = 2;
/** Between two bytes of a slow client. */
const BYTE_MS = 500;
const SAMPLES_MS = 5_000;
/** For the last ones to be closed, however busy the machine is. */
const PATIENCE_MS = 30_000;

async function measure(stage: Stage, extent: Extent, timeoutMs: number, patienceMs = PATIENCE_MS): Promise<Outcome> {
  const shop = await startShop(stage, { settings: { REQUEST_TIMEOUT_MS: String(timeoutMs) } });
  const sampleMs = stage.short ? SAMPLES_MS / 10 : SAMPLES_MS;
  const before = await latencies(shop, sampleMs);
  stage.report(`${extent.clients} slow clients connect`);
  const slow = Array.from({ length: extent.clients }, (_, number) => new SlowClient(shop.service.port, number));
  stage.undo.add(() => slow.forEach((client) => client.close()));
  const [during] = await Promise.all([
    latencies(shop, sampleMs),
    Promise.race([
      Promise.all(slow.map(({ closed }) => closed)),
      delay(extent.timeoutMs + patienceMs, undefined, { ref: false }),
    ]),
  ]);
  const open = slow.filter(({ openMs }) => openMs === undefined).length;
  const longest = Math.max(0, ...slow.map(({ openMs = 0 }) => openMs));
  const ratio = quantile(during.times, 0.99) / quantile(before.times, 0.99);
  const failed = before.failed + during.failed;
  return {
    value:
      open > 0
        ? `${open} of ${extent.clients} were never closed`
        : `${extent.clients} closed within ${(longest / 1_000).toFixed(1)} s, others’ p99 ${ratio.toFixed(1)} x`,
    wrong: [
      ...(open > 0 ? [`${open} slow clients were never closed`] : []),
      ...(failed > 0 ? [`${failed} requests of others failed`] : []),
    ],
    beyond: [
      ...(longest > CLOSED_MS ? [`a slow client was closed after ${(longest / 1_000).toFixed(1)} s`] : []),
      ...(ratio > RATIO ? [`the p99 of others is ${ratio.toFixed(1)} times as high`] : []),
    ],
    whole: extent === WHOLE,
    measured: { ...extent, open, longestMs: longest, ratio, failed, othersDuring: during.times.length },
  };
}

/** Half of them send a header that does not end, half a body. */
class SlowClient {
  /** Milliseconds from the connection to its end. */
  openMs: number | undefined;
  readonly closed: Promise<void>;
  private readonly socket: Socket;

  constructor(port: number, number: number) {
    this.socket = connect(port, '127.0.0.1');
    let openedAt = performance.now();
    const head = `POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
    let timer: NodeJS.Timeout;
    this.socket.on('connect', () => {
      openedAt = performance.now();
      this.socket.write(
        number % 2 === 0 ? `${head}X-Slow: ` : `${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n`,
      );
      timer = setInterval(() => this.socket.write('x'), BYTE_MS);
    });
    this.socket.on('error', () => undefined);
    this.socket.resume();
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        clearInterval(timer);
        this.openMs = performance.now() - openedAt;
        resolve();
      });
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** One client that sends its next request after its response. */
async function latencies(
  { client, service, read }: RunningShop,
  forMs: number,
): Promise<{ readonly times: number[]; readonly failed: number }> {
  const times: number[] = [];
  let failed = 0;
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const sentAt = performance.now();
    const isServed = await client.send(service.port, read).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isServed) times.push(performance.now() - sentAt);
    else failed += 1;
  }
  return { times, failed };
}

export const slowClients: Figure = {
  number: 8,
  name: '5,000 slow clients',
  target: 'closed within 10 s, the p99 of others at most 2 x',
  minutes: 2,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE, (stage.short ? SHORT : WHOLE).timeoutMs),
  guard: 'a request must arrive in time',
  control: (stage) => measure(stage, SHORT, 300_000, 5_000),
};

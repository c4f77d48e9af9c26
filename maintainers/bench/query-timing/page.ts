import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadLibrary, loadPage } from './library-copies';
import { cpuNanoseconds, interleaved, type Contender } from './measure';
import { runPart } from './results';
import { replayingDataSource } from './workload';

/** What the live page costs a process that sends 1,000 statements per second to ten watchers: one message each second. */
const WATCHERS = 10;
const STATEMENTS = 200;
const PER_SECOND = 1_000;
const MESSAGES = 60;
const PAUSE_MS = 20;

/** In a separate process, so that reading is not measured. It connects when it gets a line, and ends with its input. */
const WATCHING = `
  const { get } = require('node:http');
  process.stdin.once('data', (url) => {
    for (let i = 0; i < ${WATCHERS}; i++) get(String(url).trim(), (response) => response.resume());
  });
  process.stdin.on('end', () => process.exit());
`;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const memory = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
};

/** Its timer is not awaited: the same happens, in less time. */
interface OpenFeed {
  readonly watchers: { readonly size: number };
  watch(response: ServerResponse): void;
  tick(): void;
  end(): void;
}

runPart(async ({ rows, bars }) => {
  const dataSource = await replayingDataSource();
  const timing = loadLibrary().installQueryTiming(dataSource, { scopes: true, logger: { warn: () => undefined } });
  const { Feed } = loadPage();
  const [subscriber] = dataSource.subscribers;
  const texts = Array.from({ length: STATEMENTS }, (_, i) => `SELECT a, b, c FROM teas_${i} WHERE a = $1 AND b = $2`);
  const run = (statements: number): void => {
    for (let i = 0; i < statements; i++) {
      const event = { queryRunner: {}, query: texts[i % STATEMENTS]!, parameters: undefined, success: true };
      void subscriber!.beforeQuery!(event as never);
      void subscriber!.afterQuery!(event as never);
    }
  };
  const second = () => run(PER_SECOND);
  second();

  let closed: OpenFeed | undefined;
  const page: Contender = {
    name: 'the closed page',
    on: () => (closed = new Feed([timing.view()], WATCHERS) as unknown as OpenFeed),
    off: () => closed!.end(),
  };
  const course = { seconds: 3, warmUp: 20_000, settling: 20 };
  const { bare, added } = await interleaved([page], course, (statements) => Promise.resolve(run(statements)));
  const closedTable = 'the live page without watchers, ns CPU per statement';
  rows.push({ table: closedTable, name: 'a statement', unit: 'ns', samples: bare });
  rows.push({ table: closedTable, name: 'what the page adds', unit: 'ns', samples: added.get(page.name)! });
  bars.push({
    guarantee: 'the closed page / a statement',
    limit: 0.05,
    samples: added.get(page.name)!,
    reference: bare,
  });

  const before = memory();
  const feed = new Feed([timing.view()], WATCHERS) as unknown as OpenFeed;
  const server = createServer((_, response) => feed.watch(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const watching = spawn(process.execPath, ['-e', WATCHING], { stdio: ['pipe', 'ignore', 'inherit'] });
  watching.stdin.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
  while (feed.watchers.size < WATCHERS) await delay(PAUSE_MS);

  const samples: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    second();
    const start = cpuNanoseconds();
    feed.tick();
    samples.push((cpuNanoseconds() - start) / 1e6);
    await delay(PAUSE_MS);
  }
  const kilobytes = memory() - before;
  feed.end();
  watching.stdin.end();
  await once(watching, 'exit');
  await new Promise((closed) => server.close(closed));
  const table = 'the live page with ten watchers, ms CPU per second';
  rows.push({
    table,
    name: 'a message after 1,000 statements, of which 200 differ',
    unit: 'ms',
    samples: samples.slice(20),
  });
  bars.push({ guarantee: 'the open page, ms CPU per second', limit: 10, samples: samples.slice(20) });
  bars.push({ guarantee: 'memory of the open page, KB', limit: 2048, samples: [kilobytes] });
  timing.uninstall();
  await dataSource.destroy();
});

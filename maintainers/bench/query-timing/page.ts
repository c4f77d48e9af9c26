import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadLibrary, loadPage } from './library-copies';
import { cpuNanoseconds } from './measure';
import { runPart } from './results';
import { replayingDataSource } from './workload';

/** What the live page costs a process that sends 1,000 statements per second: closed, and open with ten watchers. */
const WATCHERS = 10;
const STATEMENTS = 200;
const PER_TICK = 10;
const TICK_MS = 10;
const SECONDS = 3;
const ROUNDS = 5;

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

runPart(async ({ rows, bars }) => {
  const dataSource = await replayingDataSource();
  const timing = loadLibrary().installQueryTiming(dataSource, { scopes: true, logger: { warn: () => undefined } });
  const [subscriber] = dataSource.subscribers;
  const texts = Array.from({ length: STATEMENTS }, (_, i) => `SELECT a, b, c FROM teas_${i} WHERE a = $1 AND b = $2`);
  let sent = 0;

  /** @returns milliseconds of CPU per second */
  const load = async (): Promise<number> => {
    const before = cpuNanoseconds();
    for (let tick = 0; tick < (SECONDS * 1000) / TICK_MS; tick++) {
      for (let i = 0; i < PER_TICK; i++) {
        const event = { queryRunner: {}, query: texts[sent++ % STATEMENTS]!, parameters: undefined, success: true };
        void subscriber!.beforeQuery!(event as never);
        void subscriber!.afterQuery!(event as never);
      }
      await delay(TICK_MS);
    }
    return (cpuNanoseconds() - before) / 1e6 / SECONDS;
  };

  const samples = { without: [] as number[], closed: [] as number[], open: [] as number[] };
  const kilobytes: number[] = [];
  await load();
  for (let round = 0; round < ROUNDS; round++) {
    samples.without.push(await load());
    const before = memory();
    const page = loadPage().createQueryTimingPage(timing);
    samples.closed.push(await load());
    const server = createServer(page).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const watching = spawn(process.execPath, ['-e', WATCHING], { stdio: ['pipe', 'ignore', 'inherit'] });
    watching.stdin.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?events\n`);
    while ((await connectionsOf(server)) < WATCHERS) await delay(20);
    samples.open.push(await load());
    kilobytes.push(memory() - before);
    page.close();
    watching.stdin.end();
    await once(watching, 'exit');
    await new Promise((closed) => server.close(closed));
  }
  const table = 'the live page at 1,000 statements per second, ms CPU per second';
  rows.push({ table, name: 'no page', unit: 'ms', samples: samples.without });
  rows.push({ table, name: 'closed', unit: 'ms', samples: samples.closed });
  rows.push({ table, name: 'open, with ten watchers', unit: 'ms', samples: samples.open });
  const more = (than: readonly number[], these: readonly number[]) => these.map((sample, i) => sample - than[i]!);
  bars.push({
    guarantee: 'the closed page, ms CPU per second',
    limit: 1,
    samples: more(samples.without, samples.closed),
  });
  bars.push({ guarantee: 'the open page, ms CPU per second', limit: 10, samples: more(samples.closed, samples.open) });
  bars.push({ guarantee: 'memory of the open page, KB', limit: 2048, samples: kilobytes });
  timing.uninstall();
  await dataSource.destroy();
});

function connectionsOf(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, number) => (error ? reject(error) : resolve(number)));
  });
}

import { Counter, Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { replayingDataSource } from '../../bench/query-timing/workload';

/** What the process prints, as JSON. */
export interface Measured {
  readonly statements: number;
  readonly seriesBefore: number;
  readonly seriesAfter: number;
  readonly heapBytes: number;
  readonly scrapeMs: number;
}

const SCRAPES = 50;
/** After them, all that is kept per statement is full. */
const WARM_UP = 20_000;

/** One counter per statement, as a subscriber of TypeORM that knows no limit. */
function countEach(dataSource: DataSource, registry: Registry): void {
  const counter = new Counter({
    name: 'statements_total',
    help: 'Statements',
    labelNames: ['sql'],
    registers: [registry],
  });
  dataSource.subscribers.push({ afterQuery: ({ query }) => counter.inc({ sql: query }) });
}

const heap = (): number => {
  globalThis.gc!();
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
};

async function measure(statements: number, bounded: boolean): Promise<Measured> {
  const dataSource = await replayingDataSource();
  const registry = new Registry();
  if (bounded) {
    const options = { registry, topStatements: true, logger: { warn: () => undefined } };
    installQueryTiming(dataSource, options);
  } else countEach(dataSource, registry);
  const run = async (from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number += 1)
      await dataSource.query(`SELECT column_${number} FROM item_${number}`);
  };
  const series = async () =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  const warmUp = Math.min(WARM_UP, statements);
  await run(0, warmUp);
  const seriesBefore = await series();
  const heapBefore = heap();
  await run(warmUp, warmUp + statements);
  const heapBytes = heap() - heapBefore;
  const seriesAfter = await series();
  const times: number[] = [];
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const { user, system } = process.cpuUsage();
    await registry.metrics();
    const after = process.cpuUsage();
    times.push((after.user - user + after.system - system) / 1_000);
  }
  times.sort((one, other) => one - other);
  return { statements, seriesBefore, seriesAfter, heapBytes, scrapeMs: times[SCRAPES / 2]! };
}

const [statements, bounded] = process.argv.slice(2);
void measure(Number(statements), bounded === 'bounded').then((measured) => console.log(JSON.stringify(measured)));

import { openTelemetry } from './open-telemetry'; // first: it must be there before TypeORM and pg are loaded
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { Client } from 'pg';
import type { Bar, Row } from './index';
import { compileLibrary, loadLibrary } from './library-copies';
import { estimate, interleaved, ratio, type Contender } from './measure';
import { BASELINES } from './variants';
import { cannedDataSource, WORK } from './workload';

/**
 * One copy of each, as an application has it, on canned bytes and, with `BENCH_DATABASE_URL`, on a real server. The
 * OpenTelemetry packages are development dependencies; without them their rows are missing and their bar is missed.
 */
const LONG = process.argv.includes('--long');
const ROUNDS = LONG ? 40 : 10;
const OPERATIONS = LONG ? 3000 : 1000;

function library(dataSource: DataSource): Contender {
  const { installQueryTiming } = loadLibrary();
  const logger = { warn: () => undefined };
  const timing = installQueryTiming(dataSource, { registry: new Registry(), logger, enabled: false });
  return { name: 'ours: defaults, all probes', on: () => timing.setEnabled(true), off: () => timing.setEnabled(false) };
}

function typeormLogger(dataSource: DataSource): Contender {
  const { logger } = dataSource;
  const write = process.stdout.write.bind(process.stdout);
  // The lines are made and thrown away: a terminal would cost far more.
  const { AdvancedConsoleLogger } = require('typeorm') as typeof import('typeorm'); // eslint-disable-line
  const advanced = new AdvancedConsoleLogger('all');
  return {
    name: "TypeORM's advanced-console logger",
    on: () => {
      process.stdout.write = () => true;
      dataSource.logger = advanced;
    },
    off: () => {
      process.stdout.write = write;
      dataSource.logger = logger;
    },
  };
}

function subscriber(dataSource: DataSource, { name, create }: (typeof BASELINES)[keyof typeof BASELINES]): Contender {
  const one = create();
  const set = (subscribers: readonly object[]) => Object.assign(dataSource, { subscribers });
  return { name, on: () => set([one]), off: () => set([]) };
}

async function main(): Promise<void> {
  compileLibrary();
  const rows: Row[] = [];
  const bars: Bar[] = [];
  const url = process.env['BENCH_DATABASE_URL'];
  for (const where of ['canned bytes', ...(url ? ['real PostgreSQL'] : [])]) {
    const real = where === 'real PostgreSQL';
    const dataSource = await cannedDataSource(real ? { url, extra: { max: 4 } } : {});
    if (real) await prepare(url!);
    for (const kind of ['raw', 'findOneBy'] as const) {
      const ours = library(dataSource);
      const contenders = [
        ...Object.values(BASELINES).map((variant) => subscriber(dataSource, variant)),
        ours,
        ...openTelemetry,
        typeormLogger(dataSource),
      ];
      const { bare, added } = await interleaved(
        contenders,
        ROUNDS,
        real ? OPERATIONS / 3 : OPERATIONS,
        WORK[kind](dataSource),
      );
      const table = `in place, ${kind} on ${where}, ns a query`;
      rows.push({ table, name: 'bare TypeORM (the whole query)', unit: 'ns', value: estimate(bare) });
      for (const [name, samples] of added) rows.push({ table, name, unit: 'ns', value: estimate(samples) });
      if (real) continue;
      const theirs = added.get('OpenTelemetry pg, metrics');
      const value = theirs ? ratio(added.get(ours.name)!, theirs) : { median: Infinity, low: Infinity, high: Infinity };
      bars.push({ promise: `${kind}, in place: ours / OpenTelemetry's metrics`, limit: 0.05, value });
    }
    await dataSource.destroy();
  }
  process.stdout.write(`\n${JSON.stringify({ rows, bars })}\n`);
}

async function prepare(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS item (id text PRIMARY KEY, name text, amount text)');
  await client.query("INSERT INTO item SELECT i, 'a name', i FROM generate_series(0, 99) AS i ON CONFLICT DO NOTHING");
  await client.end();
}

void main();

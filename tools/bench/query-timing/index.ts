import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { compileLibrary, loadLibrary } from './library-copies';
import { estimate, interleaved, ratio, type Contender, type Estimate } from './measure';
import { cannedDataSource, WORK } from './workload';
import { BASELINES, OURS, type Variant } from './variants';

/**
 * What the query timing costs, beside what others cost, in one run. Prints tables, writes them as JSON, and exits with 1
 * when a bar is missed. `--long` measures more rounds; `--json <file>` says where to write.
 */
const LONG = process.argv.includes('--long');
const ROUNDS = LONG ? 60 : 10;
const OPERATIONS = LONG ? 6000 : 2500;
/** As many copies at once. With more than about twelve, V8 changes how it stores what they keep on a query runner. */
const COPIES = 8;
const JSON_FILE = process.argv[process.argv.indexOf('--json') + 1] ?? '';
const OUTPUT = process.argv.includes('--json') ? JSON_FILE : join(__dirname, '../../../.cache/bench/query-timing.json');

export interface Row {
  readonly table: string;
  readonly name: string;
  readonly unit: string;
  readonly value: Estimate;
}

export interface Bar {
  readonly promise: string;
  readonly limit: number;
  readonly value: Estimate;
}

const rows: Row[] = [];
const bars: Bar[] = [];

function contender(dataSource: DataSource, variant: Variant, copies = COPIES): Contender {
  const subscribers = Array.from({ length: copies }, () => variant.create());
  const set = (present: readonly object[]) => Object.assign(dataSource, { subscribers: present });
  return { name: variant.name, on: () => set(subscribers), off: () => set([]) };
}

const perCopy = (samples: readonly number[]) => samples.map((sample) => sample / COPIES);

async function amplified(kind: 'raw' | 'findOneBy'): Promise<void> {
  const dataSource = await cannedDataSource();
  const variants = [...Object.values(BASELINES), ...Object.values(OURS)];
  const contenders = variants.map((variant) => contender(dataSource, variant));
  const { bare, added } = await interleaved(contenders, ROUNDS, OPERATIONS, WORK[kind](dataSource));
  const table = `amplified, ${kind}, ns a query`;
  rows.push({ table, name: 'bare TypeORM (the whole query)', unit: 'ns', value: estimate(bare) });
  for (const { name } of variants) rows.push({ table, name, unit: 'ns', value: estimate(perCopy(added.get(name)!)) });

  const against = (variant: Variant, reference: Variant) => ratio(added.get(variant.name)!, added.get(reference.name)!);
  const bar = (variant: Variant, reference: Variant, limit: number) =>
    bars.push({ promise: `${kind}: ${variant.name} / ${reference.name}`, limit, value: against(variant, reference) });
  bar(OURS.byType, BASELINES.floor, 1.2);
  bar(OURS.defaults, BASELINES.floor, 2);
  bar(OURS.topStatements, BASELINES.floor, 2.5);
  bar(OURS.defaults, BASELINES.stock, kind === 'raw' ? 0.25 : 0.33);
  await dataSource.destroy();
}

/** The same work, but for the length of its SQL and for how many different statements there are. */
async function independence(): Promise<void> {
  const dataSource = await cannedDataSource();
  const long = `SELECT ${Array.from({ length: 400 }, (_, i) => `"column_${i}"`).join(', ')} FROM item WHERE id = `;
  const table = 'amplified, ours: defaults, ns a query';
  const cases: Readonly<Record<string, (i: number) => string>> = {
    'one short statement': () => 'SELECT 1',
    'one long statement (6 kB)': () => `${long}$1`,
    '100,000 statements': (i) => `SELECT name FROM item_${i % 100_000}`,
  };
  const samples = new Map<string, number[]>();
  for (const [name, sql] of Object.entries(cases)) {
    let next = 0;
    const work = async (operations: number) => {
      for (let i = 0; i < operations; i++) await dataSource.query(sql(next++));
    };
    const { added } = await interleaved([contender(dataSource, OURS.defaults)], ROUNDS, OPERATIONS, work);
    samples.set(name, perCopy(added.get(OURS.defaults.name)!));
    rows.push({ table, name, unit: 'ns', value: estimate(samples.get(name)!) });
  }
  const [short, ...others] = [...samples.keys()];
  for (const name of others) {
    bars.push({ promise: `${name} / ${short}`, limit: 1.5, value: ratio(samples.get(name)!, samples.get(short!)!) });
  }
  await dataSource.destroy();
}

/** What a scrape costs with the library's metrics in the registry, before and after a million queries. */
async function scraping(): Promise<void> {
  const library = loadLibrary();
  const dataSource = await cannedDataSource();
  const registry = new Registry();
  const timing = library.installQueryTiming(dataSource, { registry, logger: { warn: () => undefined } });
  const [subscriber] = dataSource.subscribers;
  const scrape = async () => {
    const samples: number[] = [];
    for (let i = 0; i < (LONG ? 300 : 100); i++) {
      const { user, system } = process.cpuUsage();
      for (let k = 0; k < 10; k++) await registry.metrics();
      const now = process.cpuUsage();
      samples.push((now.user + now.system - user - system) / 10 / 1000);
    }
    return estimate(samples.slice(10));
  };
  const table = 'a scrape of the library alone, ms CPU';
  const before = await scrape();
  const queryRunner = {};
  for (let i = 0; i < 1_000_000; i++) {
    const event = { queryRunner, query: `SELECT a FROM t${i % 100_000}`, parameters: undefined, success: true };
    void subscriber!.beforeQuery!(event as never);
    void subscriber!.afterQuery!(event as never);
  }
  const after = await scrape();
  rows.push({ table, name: 'before the first query', unit: 'ms', value: before });
  rows.push({ table, name: 'after a million of 100,000 statements', unit: 'ms', value: after });
  bars.push({ promise: 'a scrape, ms CPU', limit: 1, value: after });
  timing.uninstall();
  await dataSource.destroy();
}

/** In a process of its own, since OpenTelemetry rewrites the modules that the other measurements use. */
function inPlace(): void {
  const script = join(__dirname, 'in-place.ts');
  const child = spawnSync(process.execPath, [...process.execArgv, script, ...(LONG ? ['--long'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const result = child.stdout.split('\n').find((line) => line.startsWith('{"rows"'));
  if (child.status !== 0 || !result) throw new Error('The measurement in place has failed.');
  const measured = JSON.parse(result) as { rows: Row[]; bars: Bar[] };
  rows.push(...measured.rows);
  bars.push(...measured.bars);
}

const figure = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function report(): boolean {
  let table = '';
  for (const row of rows) {
    if (row.table !== table) console.log(`\n${(table = row.table)}`);
    const interval = `${figure(row.value.low)} – ${figure(row.value.high)}`;
    console.log(`  ${row.name.padEnd(52)} ${figure(row.value.median).padStart(8)}   ${interval}`);
  }
  console.log('\nbars');
  for (const { promise, limit, value } of bars) {
    const verdict = value.median <= limit ? 'ok    ' : 'MISSED';
    const interval = `${figure(value.low)} – ${figure(value.high)}`;
    console.log(`  ${verdict} ${promise.padEnd(66)} ${figure(value.median).padStart(6)} <= ${limit}   ${interval}`);
  }
  return bars.every(({ limit, value }) => value.median <= limit);
}

async function main(): Promise<void> {
  compileLibrary();
  await amplified('raw');
  await amplified('findOneBy');
  await independence();
  await scraping();
  inPlace();
  const kept = report();
  mkdirSync(join(OUTPUT, '..'), { recursive: true });
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  writeFileSync(OUTPUT, `${JSON.stringify({ machine, date: new Date().toISOString(), rows, bars }, undefined, 2)}\n`);
  process.exitCode = kept ? 0 : 1;
}

void main();

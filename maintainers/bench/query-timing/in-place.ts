import { openTelemetry } from './open-telemetry'; // first: it must be there before TypeORM and pg are loaded
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Registry } from 'prom-client';
import { AdvancedConsoleLogger, type DataSource } from 'typeorm';
import { startEmbeddedPostgres } from '../../../development-database';
import { loadLibrary } from './library-copies';
import { interleaved, type Contender } from './measure';
import { runPart, type Results } from './results';
import { attachSubscribers, switched } from './switch';
import { BASELINES, OURS, type Variant } from './variants';
import { replayingDataSource, WORK } from './workload';

/** One copy of each, as in an application, on replayed bytes and on a real server. */
const COURSE = { warmUp: 800, settling: 10 };
/** The limit is about the library, which has the smallest figure and so the most relative noise. */
const BLOCKS_OF_OURS = 6;

function ours(dataSource: DataSource, name: string, more: object): Contender {
  const options = { registry: new Registry(), logger: { warn: () => undefined }, ...more };
  return switched(dataSource, name, () => {
    loadLibrary().installQueryTiming(dataSource, options);
    Reflect.deleteProperty(dataSource, Symbol.for('query-timing.installed')); // so that another can be installed, too
  });
}

function typeormLogger(dataSource: DataSource): Contender {
  const { logger } = dataSource;
  const write = process.stdout.write.bind(process.stdout);
  const advanced = new AdvancedConsoleLogger('all');
  return {
    name: "TypeORM's advanced-console logger",
    on: () => {
      // The lines are created and discarded: a terminal would cost far more.
      process.stdout.write = () => true;
      dataSource.logger = advanced;
    },
    off: () => {
      process.stdout.write = write;
      dataSource.logger = logger;
    },
  };
}

async function inPlace(dataSource: DataSource, where: string, seconds: number, { rows, bars }: Results): Promise<void> {
  const subscriber = ({ name, create }: Variant) =>
    switched(dataSource, name, () => attachSubscribers(dataSource, create(1)));
  const contenders = [
    ...Object.values(BASELINES).map(subscriber),
    ...new Array<Contender>(BLOCKS_OF_OURS).fill(subscriber(OURS.defaults)),
    ours(dataSource, 'ours: defaults, all probes', {}),
    ours(dataSource, 'ours: top statements too, all probes', { topStatements: true }),
    ...openTelemetry,
    typeormLogger(dataSource),
  ];
  for (const kind of ['raw', 'findOneBy'] as const) {
    const { bare, added } = await interleaved(contenders, { ...COURSE, seconds }, WORK[kind](dataSource));
    const table = `in place, ${kind} on ${where}, ns per query`;
    rows.push({ table, name: 'bare TypeORM (the whole query)', unit: 'ns', samples: bare });
    for (const [name, samples] of added) rows.push({ table, name, unit: 'ns', samples });
    if (where !== REPLAYED) continue;
    const guarantee = `${kind}, in place: ${OURS.defaults.name} / OpenTelemetry's metrics`;
    const reference = added.get('OpenTelemetry pg, metrics') ?? []; // without it the limit is exceeded
    bars.push({ guarantee, limit: 0.05, samples: added.get(OURS.defaults.name)!, reference });
  }
  await dataSource.destroy();
}

async function realPostgres(results: Results): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'query-timing-bench-'));
  const postgres = await startEmbeddedPostgres({ directory: join(directory, 'postgres') });
  try {
    const url = postgres.adminUrl;
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE TABLE item (id text PRIMARY KEY, name text, amount text)');
    await client.query("INSERT INTO item SELECT i, 'a name', i FROM generate_series(0, 99) AS i");
    await client.end();
    await inPlace(await replayingDataSource({ url, extra: { max: 4 } }), 'real PostgreSQL', 3, results);
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const REPLAYED = 'replayed bytes';

runPart(async (results) => {
  await inPlace(await replayingDataSource(), REPLAYED, 12, results);
  await realPostgres(results);
});

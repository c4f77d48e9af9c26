import { Client } from 'pg';
import { sumOfData } from '../../../tools/demo/statement-counts';
import { readServiceCounts } from '../../../tools/demo/service-metrics';
import { Shop } from '../../../tools/demo/shop';
import { inParallel } from '../../../tools/in-parallel';
import { compare } from '../../demo/comparison';
import { openDatabase } from '../../demo/database';
import { takeSnapshot } from '../../demo/snapshot';
import { isOver, type Figure, type Outcome, type Stage } from '../figure';
import { startShop, type RunningShop } from '../rig/running-shop';
import { tokenOf } from '../rig/service';

const WHOLE = 1_000_000;
const CONCURRENCY = 8;
/** Between two readings of the counts. */
const ROUNDS = 5;

async function measure(
  stage: Stage,
  statements: number,
  alsoRun: (shop: RunningShop) => Promise<unknown> = () => Promise.resolve(),
): Promise<Outcome> {
  const running = await startShop(stage);
  const { postgres, service, issuer } = running;
  const target = { databaseUrl: postgres.adminUrl, metricsUrl: service.url };
  const { observer, role } = await openDatabase(target, stage.undo);
  const shop = new Shop(service.url, await tokenOf(issuer, 'demo-customer'), CONCURRENCY);
  stage.undo.add(() => shop.close());
  await shop.open();
  const before = await takeSnapshot(observer, role, service.url);
  const counted = async () =>
    sumOfData((await readServiceCounts(service.url)).queries) - sumOfData(before.service.queries);
  for (let sofar = 0; sofar < statements && !isOver(stage); sofar = await counted()) {
    stage.report(`${sofar} statements, ${shop.sent} requests`);
    for (let round = 0; round < ROUNDS; round += 1) {
      await inParallel(CONCURRENCY, shop.round().values(), stage.signal);
    }
  }
  await alsoRun(running);
  const comparison = compare(before, await takeSnapshot(observer, role, service.url));
  const rows = comparison.rows.filter(({ name }) => name !== 'together');
  const off = rows.reduce((sum, row) => sum + Math.abs(row.server - (row.service - row.failed)), 0);
  const all = rows.reduce((sum, row) => sum + row.service, 0);
  return {
    value: `${off} off over ${all}`,
    wrong: [
      ...(off > 0
        ? rows
            .filter(({ agrees }) => !agrees)
            .map((row) => `${row.name}: PostgreSQL ${row.server}, the service ${row.service}`)
        : []),
      ...(comparison.wasTruncated ? ['PostgreSQL has discarded statements'] : []),
    ],
    whole: comparison.queries >= WHOLE,
    measured: { off, statements: all, rows },
  };
}

/** One statement that the library does not see. */
async function runUnseen({ postgres }: RunningShop): Promise<void> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
}

export const statementCounts: Figure = {
  number: 11,
  name: "statements counted against the server's own",
  target: '0 off over 1,000,000',
  minutes: 40,
  run: (stage) => measure(stage, stage.short ? 1_000 : WHOLE),
  guard: 'each statement goes through the library (one does not)',
  control: (stage) => measure(stage, 500, runUnseen),
};

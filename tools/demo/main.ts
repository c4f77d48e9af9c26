import { run } from '../command-line';
import { inParallel } from '../in-parallel';
import { session, type Session } from '../session';
import { demoCommand, type DemoOptions } from './command-line';
import { startOwnService } from './own-service';
import { findRunningService } from './running-service';
import { readServiceCounts } from './service-metrics';
import { Shop } from './shop';
import { DATA_TYPES, minus, sumOfData } from './statement-counts';

async function demonstrate(options: DemoOptions, { undo, progress, signal }: Session): Promise<void> {
  const { queries, concurrency, url } = options;
  const target = url ? await findRunningService(url, options) : await startOwnService({}, { undo, progress, signal });
  const shop = new Shop(target.url, target.token, concurrency);
  undo.add(() => shop.close());
  const before = await readServiceCounts(target.metricsUrl);
  await shop.open();
  for (let done = 0; done < queries;) {
    await inParallel(concurrency, shop.round().values(), signal);
    done = sumOfData(minus((await readServiceCounts(target.metricsUrl)).queries, before.queries));
    progress.update(`${shop.sent} requests, ${done} of ${queries} statements`);
  }
  progress.end();
  const after = await readServiceCounts(target.metricsUrl);
  const [statements, slow, failed] = [
    minus(after.queries, before.queries),
    minus(after.slow, before.slow),
    minus(after.failed, before.failed),
  ];
  const rows = DATA_TYPES.map((type) => [
    type,
    { statements: statements[type], slow: slow[type], failed: failed[type] },
  ]);
  console.table(Object.fromEntries(rows));
}

void run(
  demoCommand('Sends sample requests to the service and prints what its metrics counted.').action(
    (options: DemoOptions) => session((given) => demonstrate(options, given)),
  ),
);

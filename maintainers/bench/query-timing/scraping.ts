import { Registry } from 'prom-client';
import { loadLibrary } from './library-copies';
import { cpuNanoseconds } from './measure';
import { runPart } from './results';
import { replayingDataSource } from './workload';

/** The cost of a scrape with the library's metrics, before and after a million queries. */
runPart(async ({ rows, bars }) => {
  const dataSource = await replayingDataSource();
  const registry = new Registry();
  const timing = loadLibrary().installQueryTiming(dataSource, { registry, logger: { warn: () => undefined } });
  const [subscriber] = dataSource.subscribers;
  const scrape = async () => {
    const samples: number[] = [];
    for (let i = 0; i < 120; i++) {
      const before = cpuNanoseconds();
      for (let k = 0; k < 10; k++) await registry.metrics();
      samples.push((cpuNanoseconds() - before) / 10 / 1e6);
    }
    return samples.slice(20);
  };
  const table = 'a scrape of the library alone, ms CPU';
  rows.push({ table, name: 'before the first query', unit: 'ms', samples: await scrape() });
  for (let i = 0; i < 1_000_000; i++) {
    const query = `SELECT a FROM t${i % 100_000}`;
    const event = { queryRunner: {}, query, parameters: undefined, success: true };
    void subscriber!.beforeQuery!(event as never);
    void subscriber!.afterQuery!(event as never);
  }
  const after = await scrape();
  rows.push({ table, name: 'after a million queries of 100,000 statements', unit: 'ms', samples: after });
  bars.push({ guarantee: 'a scrape, ms CPU', limit: 1, samples: after });
  timing.uninstall();
  await dataSource.destroy();
});

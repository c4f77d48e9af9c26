import { Command } from 'commander';
import { run } from '../../../tools/command-line';
import { AsyncLocalStorage } from 'node:async_hooks';
import { estimate, interleaved, type Contender } from '../query-timing/measure';
import { replayingDataSource, WORK } from '../query-timing/workload';

const SECONDS = 10;

/** The cost per query of knowing the current request: ADR-017 quotes it. */
async function main(): Promise<void> {
  const contexts = new AsyncLocalStorage<{ readonly requestId: string }>();
  let inContext = false;
  const requestContext: Contender = {
    name: 'AsyncLocalStorage',
    on: () => void (inContext = true),
    off: () => {
      inContext = false;
      // While a store is enabled, every promise of the process pays for it.
      contexts.disable();
    },
  };
  const dataSource = await replayingDataSource();
  const rows: Record<string, object> = {};
  for (const [kind, workOn] of Object.entries(WORK)) {
    const work = workOn(dataSource);
    const { bare, added } = await interleaved(
      [requestContext],
      { seconds: SECONDS, warmUp: 3000, settling: 50 },
      (queries) => (inContext ? contexts.run({ requestId: 'r-1' }, () => work(queries)) : work(queries)),
    );
    const { value, low, high } = estimate(added.get(requestContext.name)!);
    const us = (nanoseconds: number): string => (nanoseconds / 1_000).toFixed(1);
    rows[kind] = {
      'the query, us': us(estimate(bare).value),
      'added, us': us(value),
      '95 %': `${us(low)} – ${us(high)}`,
    };
  }
  await dataSource.destroy();
  console.log(`Node ${process.version}, ${SECONDS} s of short blocks for each kind, CPU time`);
  console.table(rows);
}

void run(
  new Command('bench:request-context')
    .description('CPU time that AsyncLocalStorage adds to a query of TypeORM on replayed bytes, for the request id.')
    .action(main),
);

import { loadExplain, loadLibrary } from './library-copies';
import { interleaved, type Contender } from './measure';
import { runPart } from './results';
import { replayingDataSource } from './workload';

/** What the option `explain` costs: nothing for a fast statement, and for a slow one whose plan is known a look-up. */
const STATEMENTS = 200;
const COURSE = { seconds: 3, warmUp: 20_000, settling: 20 };
const OPTIONS = { perMinute: 60, timeoutMs: 500 };

runPart(async ({ rows, bars }) => {
  const dataSource = await replayingDataSource();
  const library = loadLibrary();
  const timing = library.installQueryTiming(dataSource, { logger: { warn: () => undefined } });
  const plans = loadExplain().capturePlans(dataSource, OPTIONS, {
    logger: { warn: () => undefined },
    name: 'default',
    maxStatementLength: 1000,
    failed: (error) => console.error(error),
  });
  const [subscriber] = dataSource.subscribers;
  const texts = Array.from({ length: STATEMENTS }, (_, i) => `SELECT a, b, c FROM teas_${i} WHERE a = $1 AND b = $2`);
  const run = (statements: number): Promise<void> => {
    for (let i = 0; i < statements; i++) {
      const event = { queryRunner: {}, query: texts[i % STATEMENTS]!, parameters: undefined, success: true };
      void subscriber!.beforeQuery!(event as never);
      void subscriber!.afterQuery!(event as never);
    }
    return Promise.resolve();
  };
  const view = timing.view();
  const option: Contender = {
    name: 'explain',
    on: () => view.add(plans, 'explain'),
    off: () => view.remove(plans),
  };
  for (const kind of ['fast', 'slow'] as const) {
    timing.setSlowQueryThreshold(kind === 'fast' ? 1000 : 0);
    const { bare, added } = await interleaved([option], COURSE, run);
    const table = `the option explain, ${kind} statements, ns CPU per statement`;
    rows.push({ table, name: 'a statement', unit: 'ns', samples: bare });
    rows.push({ table, name: 'what the option adds', unit: 'ns', samples: added.get(option.name)! });
    const limit = kind === 'fast' ? 0.05 : 0.1;
    const guarantee = `the option explain, ${kind} statements / a statement`;
    bars.push({ guarantee, limit, samples: added.get(option.name)!, reference: bare });
  }
  plans.end();
  timing.uninstall();
  await dataSource.destroy();
});

import { interleaved } from './measure';
import { runPart } from './results';
import { attachSubscribers, switched } from './switch';
import { OURS } from './variants';
import { replayingDataSource } from './workload';

const COPIES = 10;

/** The same text of this length, but created for each call, as a query builder does. */
const selectOf = (length: number) => {
  const columns = Buffer.from('SELECT '.padEnd(length - 20, '"a_column", '));
  return () => `${columns.toString('latin1')}1 FROM item WHERE id`;
};

/** A constant of a program, with its verb at the end. */
const withOf = (length: number) => {
  const text = `${'WITH found AS (SELECT '.padEnd(length - 41, '"a_column", ')}1 FROM item) SELECT 1 FROM found WHERE id`;
  return () => text;
};

const CASES: Readonly<Record<string, (i: number) => string>> = {
  'one statement of 100 characters': selectOf(100),
  'one statement of 6,000 characters': selectOf(6000),
  'one statement of 100,000 characters': selectOf(100_000),
  'one WITH of 500 characters': withOf(500),
  '100,000 statements': (i) => `SELECT name FROM item_${i % 100_000} WHERE id = $1`.padEnd(100),
};

/** The same work with SQL of different lengths and with many distinct statements. */
runPart(async ({ rows, bars }) => {
  const dataSource = await replayingDataSource();
  const contender = switched(dataSource, OURS.defaults.name, () =>
    attachSubscribers(dataSource, OURS.defaults.create(COPIES)),
  );
  const samples = new Map<string, number[]>();
  for (const [name, sql] of Object.entries(CASES)) {
    let next = 0;
    const runner = dataSource.createQueryRunner();
    const databaseConnection: unknown = await runner.connect();
    // Without the driver, whose own work on a long text would dominate the measurement.
    Object.assign(runner, { databaseConnection: { query: () => Promise.resolve(undefined) } });
    const work = async (operations: number) => {
      for (let i = 0; i < operations; i++) {
        const text = sql(next++);
        text.charCodeAt(0); // flattens a concatenated string, as any driver does
        await runner.query(text);
      }
    };
    const { added } = await interleaved([contender], { seconds: 2, warmUp: 20_000, settling: 20 }, work);
    Object.assign(runner, { databaseConnection });
    await runner.release();
    samples.set(
      name,
      added.get(contender.name)!.map((sample) => sample / COPIES),
    );
    rows.push({
      table: 'many copies, ours: defaults, ns per query',
      name,
      unit: 'ns',
      samples: samples.get(name)!,
    });
  }
  const [first, ...others] = [...samples.keys()];
  for (const name of others) {
    bars.push({
      guarantee: `${name} / ${first}`,
      limit: 1.5,
      samples: samples.get(name)!,
      reference: samples.get(first!)!,
    });
  }
  await dataSource.destroy();
});

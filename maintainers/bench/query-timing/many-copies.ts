import type { DataSource } from 'typeorm';
import { interleaved, type Contender } from './measure';
import { runPart, type Results } from './results';
import { attachSubscribers, switched } from './switch';
import { BASELINES, OURS, PROBES, withOwnCode, type Probe, type Variant } from './variants';
import { replayingDataSource, WORK } from './workload';

/**
 * The number of copies on one DataSource, which makes a cost of nanoseconds measurable. They share their code, as the
 * queries of an application do.
 */
const COPIES = 40;
/**
 * The number of copies with separate code: when one runs, the others have displaced its code from the processor's
 * caches, as the code of an application does between two queries. This is the upper end of the cost of a single copy.
 */
const COPIES_OF_CODE = 10;
/** The maximum number of copies that mark runners and connections: see {@link Variant.marks}. */
const COPIES_THAT_MARK = 10;
/** Compensates for the smaller number of copies of the floor, which all limits refer to. */
const BLOCKS_OF_THE_FLOOR = 3;
const COURSE = { warmUp: 10_000, settling: 10 };

function subscribers(dataSource: DataSource, { name, create }: Variant, copies: number): Contender {
  return switched(dataSource, name, () => attachSubscribers(dataSource, create(copies)));
}

function probes(dataSource: DataSource, probe: Probe): Contender {
  return switched(dataSource, probe.name, () => {
    for (let copy = 0; copy < COPIES_THAT_MARK; copy++) probe.attach(dataSource);
  });
}

const perCopy = (samples: readonly number[], copies: number) => samples.map((sample) => sample / copies);

async function queries(kind: 'raw' | 'findOneBy', { rows, bars }: Results): Promise<void> {
  const dataSource = await replayingDataSource();
  const variants = [...Object.values(BASELINES), OURS.byType, OURS.defaults, OURS.topStatements];
  const copies = new Map(variants.map(({ name, marks }) => [name, marks ? COPIES_THAT_MARK : COPIES]));
  const contenders = variants.flatMap((variant) => {
    const contender = subscribers(dataSource, variant, copies.get(variant.name)!);
    return new Array<Contender>(variant === BASELINES.floor ? BLOCKS_OF_THE_FLOOR : 1).fill(contender);
  });
  const { bare, added } = await interleaved(contenders, { ...COURSE, seconds: 10 }, WORK[kind](dataSource));
  const each = new Map([...added].map(([name, samples]) => [name, perCopy(samples, copies.get(name)!)]));
  const table = `many copies, ${kind}, ns per query`;
  rows.push({ table, name: 'bare TypeORM (the whole query)', unit: 'ns', samples: bare });
  for (const [name, samples] of each) rows.push({ table, name, unit: 'ns', samples });

  const bar = (variant: Variant, reference: Variant, limit: number) => {
    const guarantee = `${kind}: ${variant.name} / ${reference.name}`;
    bars.push({ guarantee, limit, samples: each.get(variant.name)!, reference: each.get(reference.name)! });
  };
  bar(OURS.byType, BASELINES.floor, 1.2);
  bar(OURS.defaults, BASELINES.floor, 1.5);
  bar(OURS.topStatements, BASELINES.floor, 2.5);
  bar(OURS.defaults, BASELINES.stock, kind === 'raw' ? 0.25 : 0.33);
  await dataSource.destroy();
}

/** For comparison, without limits: the few instructions of the floor fit into every cache. */
async function coldCode({ rows }: Results): Promise<void> {
  const dataSource = await replayingDataSource();
  const contenders = [BASELINES.floor, BASELINES.stock, OURS.byType, OURS.defaults, OURS.topStatements].map((variant) =>
    subscribers(dataSource, withOwnCode(variant), COPIES_OF_CODE),
  );
  const { added } = await interleaved(contenders, { ...COURSE, seconds: 3 }, WORK.findOneBy(dataSource));
  const table = 'many copies, findOneBy, each copy with separate code, ns per query';
  for (const [name, samples] of added) {
    rows.push({ table, name, unit: 'ns', samples: perCopy(samples, COPIES_OF_CODE) });
  }
  await dataSource.destroy();
}

/**
 * On a separate DataSource: each copy stores its wait on the pg client, and that many properties make V8 turn the
 * client into a dictionary, which happens in no application and would slow down all other measurements.
 */
async function otherProbes(kind: 'raw' | 'findOneBy', { rows }: Results): Promise<void> {
  const dataSource = await replayingDataSource();
  const contenders = Object.values(PROBES).map((probe) => probes(dataSource, probe));
  const { added } = await interleaved(contenders, { ...COURSE, seconds: 3 }, WORK[kind](dataSource));
  const table = `many copies, ${kind}, other probes, ns per query`;
  for (const [name, samples] of added) {
    rows.push({ table, name, unit: 'ns', samples: perCopy(samples, COPIES_THAT_MARK) });
  }
  await dataSource.destroy();
}

/** The transaction probe works at all three statements of a transaction. */
async function transactions({ rows }: Results): Promise<void> {
  const dataSource = await replayingDataSource();
  const [without, complete] = [OURS.withoutTransactions, OURS.defaults];
  const contenders = [without, complete].map((variant) => subscribers(dataSource, variant, COPIES));
  const { bare, added } = await interleaved(contenders, { ...COURSE, seconds: 6 }, WORK.transaction(dataSource));
  const table = 'many copies, a transaction of one query, ns per transaction';
  const [samplesWithout, samples] = [without, complete].map(({ name }) => perCopy(added.get(name)!, COPIES)) as [
    number[],
    number[],
  ];
  const difference = samples.map((sample, i) => sample - samplesWithout[i]!);
  rows.push({ table, name: 'bare TypeORM (the whole transaction)', unit: 'ns', samples: bare });
  rows.push({ table, name: without.name, unit: 'ns', samples: samplesWithout });
  rows.push({ table, name: complete.name, unit: 'ns', samples });
  rows.push({ table, name: 'the transaction probe alone', unit: 'ns', samples: difference });
  await dataSource.destroy();
}

runPart(async (results) => {
  await queries('raw', results);
  await queries('findOneBy', results);
  await coldCode(results);
  await transactions(results);
  await otherProbes('raw', results);
  await otherProbes('findOneBy', results);
});

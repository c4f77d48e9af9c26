import { BATCH_SIZE } from '../../../src/query-timing/recorder/statement-batch';

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Something that can be switched on and off while the work goes on. */
export interface Contender {
  readonly name: string;
  on(): void;
  off(): void;
}

/** Runs this number of operations. */
export type Work = (operations: number) => Promise<void>;

export interface Measured {
  /** CPU nanoseconds of one operation without any contender, one figure per batch. */
  readonly bare: readonly number[];
  /** What each contender adds to an operation, in CPU nanoseconds, one figure per batch, in the same order. */
  readonly added: ReadonlyMap<string, readonly number[]>;
}

/**
 * The number of operations of a block, or a multiple of it: the library counts statements in batches of this size, and
 * each block must include its share of that work.
 */
const COUNTED_TOGETHER = BATCH_SIZE;
/** The shorter the better: the load of the machine changes less from one block to the next. */
const SHORTEST_BLOCK_NANOSECONDS = 0.5e6;
const BATCHES = 30;
const MIN_ROUNDS = 10;

export interface Course {
  /** The duration of the measurement. */
  readonly seconds: number;
  /** Operations with each contender before the measurement, so that the code is compiled. */
  readonly warmUp: number;
  /** Operations after each switch that are not measured, because their code and data are not in the caches. */
  readonly settling: number;
}

/**
 * Runs the contenders in turns, in a different order each round, each between two blocks without any. A block takes
 * about a millisecond of CPU: other load on the machine slows it and its neighbours equally, so the measured value is
 * the relative difference to those. Only the middle half of the differences of a batch is used: this leaves out blocks
 * with a disturbance or a garbage collection, for all contenders equally.
 *
 * A contender that is listed several times has more blocks and a narrower interval.
 */
export async function interleaved(
  contenders: readonly Contender[],
  { seconds, warmUp, settling }: Course,
  work: Work,
): Promise<Measured> {
  await work(warmUp);
  for (const contender of new Map(contenders.map((each) => [each.name, each])).values()) {
    contender.on();
    await work(warmUp);
    contender.off();
  }
  const operations = await operationsOfABlock(work);
  const block = async () => {
    await work(settling);
    const before = cpuNanoseconds();
    await work(operations);
    return (cpuNanoseconds() - before) / operations;
  };
  const bare: number[] = [];
  const shares = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  const until = performance.now() + seconds * 1000;
  let rounds = 0;
  for (; performance.now() < until || rounds < MIN_ROUNDS; rounds++) {
    let before = await block();
    for (const contender of shuffled(contenders)) {
      contender.on();
      const during = await block();
      contender.off();
      const after = await block();
      shares.get(contender.name)!.push((2 * during) / (before + after) - 1);
      bare.push(after);
      before = after;
    }
  }
  const batches = Math.min(BATCHES, rounds);
  const base = inBatches(bare, batches);
  const usual = mean(base);
  const nanoseconds = (each: readonly number[]) => inBatches(each, batches).map((share) => share * usual);
  const added = [...shares].map(([name, each]) => [name, nanoseconds(each)] as const);
  return { bare: base, added: new Map(added) };
}

export function estimate(batches: readonly number[]): Estimate {
  return bootstrap(batches.length, (pick) => mean(pick.map((i) => batches[i]!)));
}

/** How much larger one is than the other. */
export function ratio(batches: readonly number[], reference: readonly number[]): Estimate {
  return bootstrap(batches.length, (pick) => mean(pick.map((i) => batches[i]!)) / mean(pick.map((i) => reference[i]!)));
}

/** CPU time of the process so far, all its threads together. */
export function cpuNanoseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

async function operationsOfABlock(work: Work): Promise<number> {
  for (let operations = COUNTED_TOGETHER; ; operations += COUNTED_TOGETHER) {
    const before = cpuNanoseconds();
    await work(operations);
    if (cpuNanoseconds() - before > SHORTEST_BLOCK_NANOSECONDS) return operations;
  }
}

/** One figure for each stretch of the run. */
function inBatches(samples: readonly number[], batches: number): number[] {
  const at = (batch: number) => Math.floor((batch * samples.length) / batches);
  return Array.from({ length: batches }, (_, i) => midmean(samples.slice(at(i), at(i + 1))));
}

function midmean(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

function bootstrap(size: number, statistic: (pick: readonly number[]) => number): Estimate {
  const all = Array.from({ length: size }, (_, i) => i);
  const resampled = Array.from({ length: 4000 }, () => statistic(all.map(() => Math.floor(Math.random() * size))));
  resampled.sort((a, b) => a - b);
  return { value: statistic(all), low: resampled[100]!, high: resampled[3899]! };
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

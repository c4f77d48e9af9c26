/** An estimate with the interval in which it lies nineteen times out of twenty. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Contender {
  readonly name: string;
  on(): void;
  off(): void;
}

/** CPU time of the process in nanoseconds. */
function cpuNanoseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/**
 * Runs the contenders in turns, in another order each round, each beside a run without anything. Answers with the CPU
 * time per operation that each adds, one figure a round, in nanoseconds. The figures of one round belong together.
 */
export async function interleaved(
  contenders: readonly Contender[],
  rounds: number,
  operations: number,
  work: (operations: number) => Promise<void>,
): Promise<{ readonly bare: number[]; readonly added: ReadonlyMap<string, number[]> }> {
  const timed = async () => {
    const before = cpuNanoseconds();
    await work(operations);
    return (cpuNanoseconds() - before) / operations;
  };
  const bare: number[] = [];
  const added = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = -2; round < rounds; round++) {
    for (const contender of shuffled(contenders)) {
      // Without, with, without: a drift of the machine is the same on both sides.
      const before = await timed();
      contender.on();
      const during = await timed();
      contender.off();
      const after = await timed();
      if (round < 0) continue; // warming up
      bare.push((before + after) / 2);
      added.get(contender.name)!.push(during - (before + after) / 2);
    }
  }
  return { bare, added };
}

export function estimate(samples: readonly number[]): Estimate {
  return bootstrap(samples.length, (pick) => median(pick.map((i) => samples[i]!)));
}

/** How much larger one is than the other: the ratio of medians over the same rounds. */
export function ratio(samples: readonly number[], reference: readonly number[]): Estimate {
  const rounds = Math.min(samples.length, reference.length);
  return bootstrap(rounds, (pick) => median(pick.map((i) => samples[i]!)) / median(pick.map((i) => reference[i]!)));
}

function bootstrap(size: number, statistic: (pick: readonly number[]) => number): Estimate {
  const all = Array.from({ length: size }, (_, i) => i);
  const resampled = Array.from({ length: 2000 }, () => statistic(all.map(() => Math.floor(Math.random() * size))));
  resampled.sort((a, b) => a - b);
  return { median: statistic(all), low: resampled[50]!, high: resampled[1949]! };
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

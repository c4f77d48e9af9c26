import { err, errAsync, ok, okAsync, safeTry, type Result, type ResultAsync } from 'neverthrow';
import { Command } from 'commander';
import { useNativeResults } from '../../../src/infrastructure/system/native-results';
import { run } from '../../../tools/command-line';

/** What a refusal costs as a value and as an exception: ADR-019 quotes it. */
interface Refusal {
  readonly kind: 'insufficient-stock';
  readonly available: number;
}

class InsufficientStock extends Error {
  constructor(readonly available: number) {
    super('insufficient stock');
  }
}

const asResult = (stock: number, units: number): Result<number, Refusal> =>
  units <= stock ? ok(stock - units) : err({ kind: 'insufficient-stock', available: stock });

const asException = (stock: number, units: number): number => {
  if (units <= stock) return stock - units;
  throw new InsufficientStock(stock);
};

const asResultAsync = (stock: number, units: number): ResultAsync<number, Refusal> =>
  units <= stock ? okAsync(stock - units) : errAsync({ kind: 'insufficient-stock' as const, available: stock });

const asRejection = async (stock: number, units: number): Promise<number> => asException(stock, units);

const valueOf = (result: Result<number, Refusal>): number =>
  result.match(
    (left) => left,
    (refusal) => refusal.available,
  );

type Variant = (units: number) => number | Promise<number>;

/** Through three layers, as a request goes; the last looks at the outcome. */
const variants: Readonly<Record<string, Variant>> = {
  Result: (units) =>
    valueOf(
      asResult(5, units)
        .map((left) => left + 1)
        .andThen((left) => ok<number, Refusal>(left)),
    ),
  throw: (units) => {
    try {
      const left = asException(5, units) + 1;
      return left;
    } catch (error) {
      return (error as InsufficientStock).available;
    }
  },
  'ResultAsync, andThen': async (units) =>
    valueOf(await asResultAsync(5, units).andThen((left) => ok<number, Refusal>(left + 1))),
  'ResultAsync, map': async (units) => valueOf(await asResultAsync(5, units).map((left) => left + 1)),
  'safeTry, yield* await': async (units) =>
    valueOf(
      await safeTry<number, Refusal>(async function* () {
        return ok((yield* await asResultAsync(5, units)) + 1);
      }),
    ),
  'safeTry, yield*': async (units) =>
    valueOf(
      await safeTry<number, Refusal>(async function* () {
        // eslint-disable-next-line local/await-before-yield -- what it costs is the question
        return ok((yield* asResultAsync(5, units)) + 1);
      }),
    ),
  'async throw': async (units) => {
    try {
      return (await asRejection(5, units)) + 1;
    } catch (error) {
      return (error as InsufficientStock).available;
    }
  },
};

const CALLS = 100_000;
const ROUNDS = 15;

async function nanoseconds(variant: Variant, units: number): Promise<number> {
  const before = process.cpuUsage();
  let sum = 0;
  for (let call = 0; call < CALLS; call += 1) sum += await variant(units);
  const { user, system } = process.cpuUsage(before);
  if (Number.isNaN(sum)) throw new Error('A variant returned nothing.');
  return ((user + system) * 1_000) / CALLS;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function main(): Promise<void> {
  const measured = new Map<string, number[]>();
  // In turns, so that a change of the machine's speed affects all variants.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, variant] of Object.entries(variants)) {
      for (const [path, units] of [['success', 1] as const, ['failure', 9] as const]) {
        const key = `${name} ${path}`;
        const value = await nanoseconds(variant, units);
        if (round > 0) measured.set(key, [...(measured.get(key) ?? []), value]);
      }
    }
  }
  console.log(`Node ${process.version}, median of ${ROUNDS} rounds of ${CALLS} calls, ns of CPU per call`);
  console.table(
    Object.fromEntries(
      Object.keys(variants).map((name) => [
        name,
        {
          success: Math.round(median(measured.get(`${name} success`)!)),
          failure: Math.round(median(measured.get(`${name} failure`)!)),
        },
      ]),
    ),
  );
}

void run(
  new Command('bench:results')
    .description(
      'CPU time of one refusable call, as a Result and as an exception; the awaiting loop is in each figure.',
    )
    .option('--compiled', "with neverthrow's methods as they are compiled, instead of those of the service")
    .action(async ({ compiled = false }: { readonly compiled?: boolean }) => {
      if (!compiled) useNativeResults();
      await main();
    }),
);

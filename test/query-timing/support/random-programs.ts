import { EntitySchema, type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Random } from './random';

/** How many programs the oracles run, and which: `ORACLE_PROGRAMS` and `ORACLE_SEED` choose others. */
export const PROGRAMS = Number(process.env['ORACLE_PROGRAMS'] ?? 300);
const SEED = Number(process.env['ORACLE_SEED'] ?? 1);

interface Item {
  id: number;
  name: string;
  amount: number;
}

/** The table that the programs read and write. */
export const ItemEntity = new EntitySchema<Item>({
  name: 'item',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: 'varchar', length: 100, unique: true },
    amount: { type: 'int', default: 0 },
  },
});

/** What a server counts differently from the library. */
export interface Known {
  /** Statements that failed in the client because the connection was gone before they were sent. */
  neverSent: number;
  /** COMMITs that failed. */
  failedCommits: number;
}

/** One step of a program. */
export type Step = (manager: EntityManager, random: Random, known: Known) => Promise<unknown>;

export const ignore = () => undefined;

/** Runs some work on a separate connection. */
export async function onRunner<T>(manager: EntityManager, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = manager.dataSource.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}

/** Steps with repositories and raw queries, for every database. */
const commonSteps: readonly Step[] = [
  (manager) => manager.find(ItemEntity, { take: 3 }),
  (manager, random) => manager.findOneBy(ItemEntity, { id: random.below(50) }),
  (manager, random) => manager.count(ItemEntity, { where: { amount: random.below(5) } }),
  (manager, random) => manager.save(ItemEntity, { name: `item ${random.below(30)}`, amount: 1 }).catch(ignore),
  (manager, random) => manager.insert(ItemEntity, { name: `item ${random.next()}`, amount: random.below(9) }),
  (manager, random) => manager.update(ItemEntity, { amount: random.below(9) }, { amount: random.below(9) }),
  (manager, random) => manager.delete(ItemEntity, { id: random.below(50) }),
  (manager) => manager.query("INSERT INTO item (name) VALUES ('twice'), ('twice')").catch(ignore),
  (manager) => Promise.all([manager.query('SELECT 1'), manager.query('SELECT 1'), manager.query('SELECT 2')]),
  (manager) => Promise.allSettled([manager.query('SELECT 1'), manager.query('SELEC'), manager.query('SELECT 1')]),
];

/** Programs of the steps of all databases and those of one database. */
export class RandomPrograms {
  private readonly pieces: readonly Step[];

  /**
   * @param steps run anywhere, also inside a transaction
   * @param onTheirOwn run on separate connections
   */
  constructor(steps: readonly Step[], onTheirOwn: readonly Step[]) {
    const all = [...commonSteps, ...steps];
    const manySteps: Step = async (manager, random, known) => {
      for (let n = random.below(4); n >= 0; n--) await random.pick(all)(manager, random, known);
    };
    const inTransaction: Step = (manager, random, known) =>
      manager
        .transaction(async (inside) => {
          await manySteps(inside, random, known);
          if (random.next() < 0.4) await inTransaction(inside, random, known);
          if (random.next() < 0.2) throw new Error('the application changes its mind');
          await manySteps(inside, random, known);
        })
        .catch(ignore);
    this.pieces = [
      manySteps,
      manySteps,
      inTransaction,
      inTransaction,
      (manager, random, known) => onRunner(manager, (runner) => manySteps(runner.manager, random, known)),
      ...onTheirOwn,
    ];
  }

  /** Runs the program with this number, up to three of its steps concurrently; they may deadlock. */
  async run(program: number, { manager }: DataSource): Promise<Known> {
    const random = new Random(SEED * 1_000_003 + program);
    const known: Known = { neverSent: 0, failedCommits: 0 };
    for (let n = random.below(3); n >= 0; n--) {
      const together = Array.from({ length: 1 + random.below(3) }, () => random.pick(this.pieces));
      await Promise.all(together.map((piece) => piece(manager, new Random(random.below(1e9)), known).catch(ignore)));
    }
    return known;
  }
}

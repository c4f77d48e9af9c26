import type { GuideCase, Stage } from '../guide-case';

/** Every balance changes so often before VACUUM comes. */
const ROUNDS = 20;

async function makeTable({ script, rows }: Stage): Promise<void> {
  await script(`TRUNCATE balances;\nINSERT INTO balances SELECT n, 0 FROM generate_series(1, ${rows}) AS n;`);
}

async function changeAll({ script }: Stage): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1)
    await script('UPDATE balances SET amount = amount + 1;\nVACUUM balances;');
}

export const idleInTransaction: GuideCase = {
  name: 'idle-in-transaction',
  symptom: 'a small table that is updated often gets slower by the hour, while a session is idle in transaction',
  remedy: 'end transactions: an old snapshot keeps every dead row, and VACUUM removes none',
  rows: 50_000,
  testRows: 1_000,
  data: () => 'CREATE TABLE balances (id integer NOT NULL, amount integer NOT NULL) WITH (autovacuum_enabled = off);',
  fewerPages: 5,
  ways: [
    {
      name: 'a session idle in transaction',
      reset: async (stage) => {
        await makeTable(stage);
        const forgotten = await stage.somebodyElse();
        await forgotten.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await forgotten.query('SELECT count(*) FROM balances');
        await changeAll(stage);
      },
      run: ({ manager }) => manager.query('SELECT sum(amount) FROM balances'),
      expect: { statements: 1, plan: ['Seq Scan on balances'] },
    },
    {
      name: 'none',
      reset: async (stage) => {
        await makeTable(stage);
        await changeAll(stage);
      },
      run: ({ manager }) => manager.query('SELECT sum(amount) FROM balances'),
      expect: { statements: 1, plan: ['Seq Scan on balances'] },
    },
  ],
};

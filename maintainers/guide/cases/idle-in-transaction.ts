import type { GuideCase, ResetContext } from '../guide-case';

/** How often every balance changes. */
const ROUNDS = 20;

async function makeTable({ script, rows }: ResetContext): Promise<void> {
  await script(`TRUNCATE balances;\nINSERT INTO balances SELECT n, 0 FROM generate_series(1, ${rows}) AS n;`);
}

async function changeAll({ script }: ResetContext): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1)
    await script('UPDATE balances SET amount = amount + 1;\nVACUUM balances;');
}

export const idleInTransaction: GuideCase = {
  name: 'idle-in-transaction',
  title: 'A session that is idle in transaction',
  section: 'postgresql',
  keywords: ['idle in transaction', 'lock', 'VACUUM', 'bloat', 'dead rows'],
  symptom: 'a small table that is updated often gets slower by the hour while a session is idle in transaction',
  fix: 'end the transaction: an old snapshot keeps every dead row, and VACUUM removes none of them',
  rows: 50_000,
  testRows: 1_000,
  data: () => 'CREATE TABLE balances (id integer NOT NULL, amount integer NOT NULL) WITH (autovacuum_enabled = off);',
  fewerPages: 5,
  variants: [
    {
      name: 'idle in transaction',
      reset: async (context) => {
        await makeTable(context);
        const forgotten = await context.otherSession();
        await forgotten.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await forgotten.query('SELECT count(*) FROM balances');
        await changeAll(context);
      },
      run: ({ manager }) => manager.query('SELECT sum(amount) FROM balances'),
      expect: { statements: 1, plan: ['Seq Scan on balances'] },
    },
    {
      name: 'no open transaction',
      reset: async (context) => {
        await makeTable(context);
        await changeAll(context);
      },
      run: ({ manager }) => manager.query('SELECT sum(amount) FROM balances'),
      expect: { statements: 1, plan: ['Seq Scan on balances'] },
    },
  ],
};

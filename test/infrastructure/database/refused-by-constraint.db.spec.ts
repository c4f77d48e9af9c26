import { randomUUID } from 'node:crypto';
import type { TransactionRunner } from '../../../src/infrastructure/database/transaction-runner';
import { refusedByConstraint } from '../../../src/infrastructure/database/refused-by-constraint';
import { statement } from '../../../src/infrastructure/database/statement';
import { transactionsOnPostgres } from '../../support/transactions-on-postgres';

const refusals = {
  members_team_fkey: { kind: 'unknown-team' },
  members_name_key: { kind: 'name-taken' },
  members_age_positive: { kind: 'invalid-age' },
} as const;

describe('a violated constraint', () => {
  const open = transactionsOnPostgres();
  let transactions: TransactionRunner;
  beforeAll(async () => {
    transactions = await open();
    const created = await transactions.run((manager) =>
      refusedByConstraint(
        statement(
          manager,
          `CREATE TABLE teams (id integer PRIMARY KEY);
           INSERT INTO teams VALUES (1);
           CREATE TABLE members (
             name text CONSTRAINT members_name_key UNIQUE,
             team integer NOT NULL CONSTRAINT members_team_fkey REFERENCES teams,
             age integer CONSTRAINT members_age_positive CHECK (age > 0),
             shoe integer CONSTRAINT members_shoe_positive CHECK (shoe > 0))`,
          [],
        ),
        refusals,
      ),
    );
    expect(created.isOk()).toBe(true);
  });

  const insert = (values: { name?: string; team?: number | null; age?: number; shoe?: number }) => {
    const { name = randomUUID(), team = 1, age = 1, shoe = 1 } = values;
    return transactions.run((manager) =>
      refusedByConstraint(
        statement<unknown>(manager, 'INSERT INTO members VALUES ($1, $2, $3, $4)', [name, team, age, shoe]),
        refusals,
      ),
    );
  };
  const known = randomUUID();

  it('is not reported where nothing violates one', async () => {
    expect((await insert({ name: known })).isOk()).toBe(true);
  });

  it.each([
    ['a foreign key', () => insert({ team: 2 }), 'unknown-team'],
    ['a unique constraint', () => insert({ name: known }), 'name-taken'],
    ['a check', () => insert({ age: 0 }), 'invalid-age'],
  ])('is an Err with its kind: %s', async (_, work, kind) => {
    expect((await work())._unsafeUnwrapErr()).toEqual({ kind });
  });

  it.each([
    ['a constraint that has no refusal', () => insert({ shoe: 0 }), /members_shoe_positive/],
    ['a missing value', () => insert({ team: null }), /cannot store a value/],
  ])('rejects with the error of the driver: %s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });
});

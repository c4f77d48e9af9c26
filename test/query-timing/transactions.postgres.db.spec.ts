import type { Client } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { installQueryTiming, type QueryTiming } from '../../src/query-timing/core';
import {
  aGap,
  aTransaction,
  endedTransactions,
  expectTheNextToBeAlone,
  outcomes,
  runAll,
  type EndedTransaction,
} from './support/ended-transactions';
import { createTestDatabase, type TestDatabase } from './support/postgres';
import { recordingLogger } from './support/recording-logger';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ max_prepared_transactions: '5' });
  const dataSource = await database.dataSource().initialize();
  await dataSource.query('CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  await dataSource.query('CREATE PROCEDURE committing() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$');
  await dataSource.destroy();
});
afterAll(() => database.drop());

/** So that the server takes long to roll back, and reports the error before. */
const manyTables = "DO $$ BEGIN FOR i IN 1..300 LOOP EXECUTE 'CREATE TABLE gone' || i || ' (a int)'; END LOOP; END $$";

const LANES = [
  ['on the fast lane', {}, { sinks: [] }],
  ['on the full lane', {}, {}],
  ['with pipelining', { extra: { pipeline: true } }, { sinks: [] }],
] as const;

describe.each(LANES)('on PostgreSQL, %s, a transaction', (_, more, options) => {
  let dataSource: DataSource;
  let timing: QueryTiming;
  let ended: readonly EndedTransaction[];
  let runner: QueryRunner;

  beforeAll(async () => {
    dataSource = await database.dataSource(more).initialize();
    timing = installQueryTiming(dataSource, { logger: recordingLogger(), ...options });
  });
  afterAll(() => dataSource.destroy());
  beforeEach(() => {
    jest.restoreAllMocks();
    ended = endedTransactions();
    runner = dataSource.createQueryRunner();
  });
  afterEach(() => runner.release());

  it.each([
    ['COMMIT', 'commit'],
    ['END', 'commit'],
    ['end work', 'commit'],
    ['/* by */ COMMIT /* and chain */', 'commit'],
    ['-- by\ncommit work', 'commit'],
    ['COMMIT AND NO CHAIN', 'commit'],
    ['COMMIT;', 'commit'],
    ["PREPARE TRANSACTION 'one'; COMMIT PREPARED 'one'", 'commit'],
    ['SELECT 1; COMMIT', 'commit'],
    ['SELECT 1; SELECT 2; END', 'commit'],
    ['COMMIT; SELECT 1', 'commit'],
    ['ROLLBACK', 'rollback'],
    ['ROLLBACK WORK', 'rollback'],
    ['ABORT', 'rollback'],
    ['abort transaction and no chain', 'rollback'],
    ['SELECT 1; ROLLBACK', 'rollback'],
    ['SAVEPOINT s; ROLLBACK TO s; ROLLBACK', 'rollback'],
  ] as const)('is ended by %s', async (sql, outcome) => {
    await runAll(runner, ['BEGIN', 'SELECT 1', ...(sql.startsWith('PREPARE') ? sql.split('; ') : [sql])]);
    expect(outcomes(ended)).toEqual([outcome]);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it.each([
    'SAVEPOINT s',
    'ROLLBACK TO SAVEPOINT s',
    'ROLLBACK /* the inner one */ TO SAVEPOINT s',
    'ROLLBACK -- the inner one\n WORK TO s',
    'SELECT 1; ROLLBACK TO s',
    'RELEASE s',
    'BEGIN',
    'START TRANSACTION',
    "SELECT 'COMMIT; ROLLBACK'",
    'DO $$ BEGIN PERFORM 1; END $$',
    'CREATE FUNCTION one() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END',
    'PREPARE ending AS SELECT 1',
    'COMMIT nonsense',
    'CALL committing()',
    "COMMIT PREPARED 'none'",
  ])('goes on after %s', async (sql) => {
    await runAll(runner, ['BEGIN', 'SAVEPOINT s', sql]);
    expect(ended).toEqual([]);
    const started = performance.now();
    await aGap();
    const gap = performance.now() - started;
    await runner.query('ROLLBACK');
    expect(outcomes(ended)).toEqual(['rollback']);
    expect(ended[0]!.idle).toBeGreaterThanOrEqual(gap);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('is followed by another after AND CHAIN, and after a text that ends one and begins one', async () => {
    await runAll(runner, [
      'BEGIN',
      'COMMIT AND CHAIN',
      'SELECT 1',
      'ROLLBACK /* and */ AND /* so on */ CHAIN',
      'END AND CHAIN',
      'ABORT AND CHAIN',
      'COMMIT; BEGIN',
      'COMMIT',
    ]);
    expect(outcomes(ended)).toEqual(['commit', 'rollback', 'commit', 'rollback', 'commit', 'commit']);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('may be in one text from BEGIN to its end', async () => {
    await runAll(runner, ['BEGIN; SELECT 1; COMMIT', 'BEGIN; SELECT 1; ROLLBACK', 'SELECT 1; SELECT 2']);
    expect(outcomes(ended)).toEqual(['commit', 'rollback']);
    expect(ended.map(({ idle }) => idle)).toEqual([0, 0]);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('may be one of several in one text, also beside one that was open before or stays open', async () => {
    await runAll(runner, ['BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 1; ROLLBACK']);
    expect(outcomes(ended)).toEqual(['commit', 'rollback']);
    await runAll(runner, ['BEGIN', 'ROLLBACK; BEGIN; COMMIT; BEGIN; SELECT 1', 'COMMIT']);
    expect(outcomes(ended.slice(2))).toEqual(['rollback', 'commit', 'commit']);
    await runAll(runner, ['BEGIN; SAVEPOINT s; ROLLBACK TO s', 'COMMIT']);
    expect(outcomes(ended.slice(5))).toEqual(['commit']);
    await runAll(runner, ['BEGIN; SELECT 1; ROLLBACK; BEGIN; SELECT 1', 'COMMIT']);
    expect(outcomes(ended.slice(6))).toEqual(['rollback', 'commit']);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('that begins in a text of which a later statement fails is open until it is rolled back', async () => {
    await runAll(runner, ['BEGIN; SELECT 1; SELECT 1/0; COMMIT']);
    expect(ended).toEqual([]);
    const started = performance.now();
    await aGap();
    const gap = performance.now() - started;
    await runAll(runner, ['SELECT 1', 'ROLLBACK']);
    expect(outcomes(ended)).toEqual(['rollback']);
    expect(ended[0]!.idle).toBeGreaterThanOrEqual(gap);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('does not begin in a text that the server does not run, because of a syntax error', async () => {
    await runAll(runner, ['BEGIN; SELEC 1', 'COMMIT', 'BEGIN; SELECT 1; COMMIT; SELECT 1/0', 'COMMIT']);
    expect(ended).toEqual([]);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('has not begun in a text whose COMMIT fails, however long the server takes to roll it back', async () => {
    const failing = `BEGIN; ${manyTables}; INSERT INTO late VALUES (7), (7); COMMIT`;
    await runAll(runner, [failing, 'COMMIT']);
    expect(ended).toEqual([]);
    // Its connection is released before that.
    await expect(dataSource.query(failing)).rejects.toThrow();
    expect(ended).toEqual([]);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('may begin in one text with other statements', async () => {
    await runAll(runner, ['BEGIN; SELECT 1', 'COMMIT', 'COMMIT; BEGIN TRANSACTION READ ONLY', 'COMMIT']);
    expect(outcomes(ended)).toEqual(['commit', 'commit']);
  });

  it('is not begun by a procedure that commits, nor by a block, nor by a BEGIN that fails', async () => {
    await runAll(runner, ['CALL committing()', 'DO $$ BEGIN COMMIT; END $$', 'BEGIN nonsense', 'COMMIT', 'ROLLBACK']);
    expect(ended).toEqual([]);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('that a failed statement has aborted is rolled back by its COMMIT', async () => {
    await runAll(runner, ['BEGIN', 'SELECT 1/0', 'SELECT 1', 'SELECT 1; COMMIT', 'COMMIT']);
    expect(outcomes(ended)).toEqual(['rollback']);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('whose COMMIT fails is rolled back', async () => {
    await runAll(runner, ['BEGIN', 'INSERT INTO late VALUES (7), (7)', 'COMMIT', 'SELECT 1', 'COMMIT']);
    expect(outcomes(ended)).toEqual(['rollback']);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('whose COMMIT fails in a text with other statements is rolled back, however long the server takes to do it', async () => {
    await runAll(runner, [
      'BEGIN',
      manyTables,
      'INSERT INTO late VALUES (7), (7)',
      'SELECT 1; COMMIT',
      'BEGIN',
      'COMMIT',
    ]);
    expect(outcomes(ended)).toEqual(['rollback', 'commit']);
  });

  it('of which the end was not seen, since the timing was switched off, is not part of the next', async () => {
    await runAll(runner, ['BEGIN', 'SELECT 1']);
    timing.setEnabled(false);
    await runner.query('COMMIT');
    timing.setEnabled(true);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
    await runner.query('BEGIN');
    timing.setEnabled(false);
    timing.setEnabled(true);
    await runAll(runner, ['SAVEPOINT s', 'SELECT 1', 'COMMIT']);
    expect(ended).toHaveLength(1);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('that is still open when its runner is released ends there, as a rollback', async () => {
    await runAll(runner, ['BEGIN', 'SELECT 1']);
    await runner.release();
    expect(outcomes(ended)).toEqual(['rollback']);
    const next = dataSource.createQueryRunner();
    await expectTheNextToBeAlone(ended, aTransaction(next));
    await next.release();
    expect(ended).toHaveLength(2);
  });

  it('that the application has ended with the client itself is not part of the next', async () => {
    await runAll(runner, ['BEGIN', 'SELECT 1']);
    await ((await runner.connect()) as Client).query('COMMIT');
    await aGap();
    await runner.query('SELECT 1');
    expect(outcomes(ended)).toEqual(['commit']);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });

  it('whose statements are sent together ends once', async () => {
    const statements = ['BEGIN', 'SELECT 1', 'SELECT 2', 'COMMIT', 'SELECT 3', 'BEGIN', 'ROLLBACK'];
    await Promise.all(statements.map((sql) => runner.query(sql)));
    expect(outcomes(ended)).toEqual(['commit', 'rollback']);
    await expectTheNextToBeAlone(ended, aTransaction(runner));
  });
});

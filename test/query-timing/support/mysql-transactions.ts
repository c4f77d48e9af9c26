import type { EventEmitter } from 'node:events';
import type { DataSource, QueryRunner } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import {
  aGap,
  aTransaction,
  endedTransactions,
  expectTheNextToBeAlone,
  outcomes,
  runAll,
  type EndedTransaction,
} from './ended-transactions';
import { startMySql, type MySqlFlavour, type TestMySql } from './mysql-family';
import { recordingLogger } from './recording-logger';
import { refused } from './watching';

const LANES = [
  ['on the fast lane', { sinks: [] }],
  ['on the full lane', { sinks: [{ record: () => undefined }] }],
] as const;

/** Defines the tests of transactions on a server of the MySQL family, which commits without being asked in many cases. */
export function describeMySqlTransactions(flavour: MySqlFlavour): void {
  const isMariaDb = flavour.name === 'MariaDB';
  let server: TestMySql;

  beforeAll(async () => {
    server = await startMySql(flavour);
    const dataSource = await server.dataSource().initialize();
    const runner = dataSource.createQueryRunner();
    await runner.query('CREATE TABLE stock (id int PRIMARY KEY, amount int NOT NULL)');
    await runner.query('CREATE TABLE extra (id int)');
    await runner.query('CREATE PROCEDURE committing() BEGIN INSERT INTO extra VALUES (1); COMMIT; END');
    await runner.query('CREATE PROCEDURE beginning() BEGIN START TRANSACTION; INSERT INTO extra VALUES (1); END');
    await runner.query('CREATE PROCEDURE reading() SELECT * FROM stock');
    await dataSource.destroy();
  }, 120_000);
  afterAll(() => server?.stop());

  describe.each(LANES)(`on ${flavour.name}, %s, a transaction`, (_, options) => {
    let dataSource: DataSource;
    let ended: readonly EndedTransaction[];
    let runner: QueryRunner;

    beforeAll(async () => {
      dataSource = await server.dataSource({ multipleStatements: true, poolSize: 2 }).initialize();
      installQueryTiming(dataSource, { logger: recordingLogger(), ...options });
    });
    afterAll(() => dataSource?.destroy());
    beforeEach(() => {
      jest.restoreAllMocks();
      ended = endedTransactions();
      runner = dataSource.createQueryRunner();
    });
    afterEach(() => runner.release());

    it.each([
      ['COMMIT', 'commit'],
      ['commit work', 'commit'],
      ['/* by */ COMMIT /* and chain */', 'commit'],
      ['# by\nCOMMIT', 'commit'],
      ['COMMIT AND NO CHAIN NO RELEASE', 'commit'],
      ['SELECT 1; COMMIT', 'commit'],
      ['COMMIT; SELECT 1', 'commit'],
      ['CREATE TABLE IF NOT EXISTS extra (id int)', 'commit'],
      ['ALTER TABLE extra COMMENT = "more"', 'commit'],
      ['DROP TABLE IF EXISTS nowhere', 'commit'],
      ['TRUNCATE TABLE extra', 'commit'],
      ['TRUNCATE extra', 'commit'],
      ['LOCK TABLES extra READ', 'commit'],
      ['ANALYZE TABLE extra', 'commit'],
      ['OPTIMIZE LOCAL TABLE extra', 'commit'],
      ['check /* quickly */ table extra', 'commit'],
      ['CALL committing()', 'commit'],
      ['SET autocommit = 0; SET autocommit = 1', 'commit'],
      // They fail, after they have committed.
      ['CREATE TABLE extra (id int)', 'commit'],
      ['DROP TABLE nowhere', 'commit'],
      ['ALTER TABLE nowhere ADD id int', 'commit'],
      ['ROLLBACK', 'rollback'],
      ['ROLLBACK WORK AND NO CHAIN', 'rollback'],
      ['SELECT 1; ROLLBACK', 'rollback'],
    ] as const)('is ended by %s', async (sql, outcome) => {
      await runAll(runner, ['START TRANSACTION', 'INSERT INTO extra VALUES (1)', sql]);
      expect(outcomes(ended)).toEqual([outcome]);
      await runner.query('UNLOCK TABLES');
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it.each([
      'SAVEPOINT s',
      'ROLLBACK TO SAVEPOINT s',
      'ROLLBACK /* the inner one */ WORK TO s',
      'RELEASE SAVEPOINT s',
      'CREATE TEMPORARY TABLE IF NOT EXISTS mine (id int)',
      'DROP TEMPORARY TABLE IF EXISTS mine',
      'SELECT 1; SELECT 2',
      'CALL reading()',
      'SELECT 1 AS serverStatus',
      'COMMIT nonsense',
      'CREATE TABLE nonsense (',
      'ANALYZE nonsense',
      'INSERT INTO stock VALUES (NULL, NULL)',
      ...(isMariaDb ? ['BEGIN NOT ATOMIC SELECT 1; END', 'ANALYZE SELECT 1'] : []),
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

    it('is ended by the BEGIN of the next, when that begins', async () => {
      await runner.query('BEGIN');
      await aGap();
      const started = performance.now();
      await aTransaction(runner)();
      const elapsed = performance.now() - started;
      expect(outcomes(ended)).toEqual(['commit', 'commit']);
      expect(ended[1]!.duration).toBeLessThanOrEqual(elapsed);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('is followed by another after AND CHAIN, and where the session chains them', async () => {
      await runAll(runner, [
        'BEGIN',
        'COMMIT AND CHAIN',
        'ROLLBACK WORK /* and so on */ AND CHAIN',
        'COMMIT; BEGIN',
        'COMMIT',
      ]);
      expect(outcomes(ended)).toEqual(['commit', 'rollback', 'commit', 'commit']);
      await runAll(runner, ['SET completion_type = 1', 'BEGIN', 'COMMIT', 'SET completion_type = 0', 'ROLLBACK']);
      expect(outcomes(ended.slice(4))).toEqual(['commit', 'rollback']);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('may be in one text from BEGIN to its end', async () => {
      await runAll(runner, [
        'BEGIN; INSERT INTO extra VALUES (1); COMMIT',
        'BEGIN; SELECT 1; ROLLBACK',
        'SELECT 1; SELECT 2',
      ]);
      expect(outcomes(ended)).toEqual(['commit', 'rollback']);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('may be one of several in one text', async () => {
      await runAll(runner, ['BEGIN; SELECT 1; COMMIT; BEGIN; INSERT INTO extra VALUES (1); ROLLBACK']);
      expect(outcomes(ended)).toEqual(['commit', 'rollback']);
      await runAll(runner, ['BEGIN', 'BEGIN; SELECT 1; ROLLBACK; BEGIN; SELECT 1; COMMIT']);
      expect(outcomes(ended.slice(2))).toEqual(['commit', 'rollback', 'commit']);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('that begins in a text of which a later statement fails is open until it is rolled back', async () => {
      await runAll(runner, ['BEGIN; SELECT 1; SELECT a; COMMIT']);
      expect(ended).toEqual([]);
      const started = performance.now();
      await aGap();
      const gap = performance.now() - started;
      await runAll(runner, ['SELECT 1', 'ROLLBACK']);
      expect(outcomes(ended)).toEqual(['rollback']);
      expect(ended[0]!.idle).toBeGreaterThanOrEqual(gap);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('may be begun by a procedure', async () => {
      await runAll(runner, ['CALL beginning()', 'ROLLBACK', 'CALL committing()', 'CALL reading()']);
      expect(outcomes(ended)).toEqual(['rollback']);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('of XA ends with its COMMIT or ROLLBACK', async () => {
      for (const end of ['COMMIT', 'ROLLBACK']) {
        const steps = ['XA START "x"', 'INSERT INTO extra VALUES (1)', 'XA END "x"', 'XA PREPARE "x"', `XA ${end} "x"`];
        await runAll(runner, steps);
      }
      // MySQL detaches the transaction from its session at XA PREPARE, as PostgreSQL does at PREPARE TRANSACTION.
      expect(outcomes(ended)).toEqual(['commit', isMariaDb ? 'rollback' : 'commit']);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('without autocommit begins with the first statement that needs one', async () => {
      await runAll(runner, ['SET autocommit = 0', 'SELECT 1']);
      expect(ended).toEqual([]);
      const first = [
        'INSERT INTO extra VALUES (1)',
        'SELECT * FROM extra',
        'UPDATE extra SET id = 2',
        'DELETE FROM extra',
      ];
      for (const sql of first) {
        await expectTheNextToBeAlone(ended, () => runAll(runner, [sql, 'SELECT 1', 'COMMIT']));
      }
      await expectTheNextToBeAlone(ended, () =>
        runAll(runner, ['DELETE FROM extra', 'CREATE TABLE nonsense (', 'DROP TABLE nowhere']),
      );
      await expectTheNextToBeAlone(ended, () => runAll(runner, ['DELETE FROM extra', 'SET autocommit = 1']));
      await runAll(runner, ['INSERT INTO extra VALUES (1)', 'SELECT * FROM extra', 'COMMIT']);
      expect(ended).toHaveLength(first.length + 2);
      await expectTheNextToBeAlone(ended, aTransaction(runner));
    });

    it('without autocommit is seen by the next user of the connection', async () => {
      const id = await idOf(runner);
      await runner.query('SET autocommit = 0');
      await runner.release();
      const next = dataSource.createQueryRunner();
      expect(await idOf(next)).toBe(id);
      await expectTheNextToBeAlone(ended, () => runAll(next, ['INSERT INTO extra VALUES (1)', 'COMMIT']));
      await next.query('SET autocommit = 1');
      await next.release();
    });

    it('that is still open when its runner is released ends there, as a rollback', async () => {
      const id = await idOf(runner);
      await runAll(runner, ['BEGIN', 'INSERT INTO extra VALUES (1)']);
      await runner.release();
      expect(outcomes(ended)).toEqual(['rollback']);
      const next = dataSource.createQueryRunner();
      expect(await idOf(next)).toBe(id);
      await expectTheNextToBeAlone(ended, aTransaction(next));
      await next.release();
    });

    it('ends when its runner is released to one that waits for the connection', async () => {
      const [one, two, three] = [runner, dataSource.createQueryRunner(), dataSource.createQueryRunner()];
      for (const each of [one, two]) await each.query('BEGIN');
      const waiting = three.query('SELECT 1');
      await one.release();
      await waiting;
      expect(outcomes(ended)).toEqual(['rollback']);
      for (const each of [two, three]) await each.release();
      expect(outcomes(ended)).toEqual(['rollback', 'rollback']);
    });

    it('whose connection is killed while it is idle ends there, once', async () => {
      const id = await idOf(runner);
      await runAll(runner, ['BEGIN', 'INSERT INTO extra VALUES (1)']);
      const gone = new Promise((resolve) => (runner as unknown as Connected).databaseConnection.once('end', resolve));
      await aGap();
      await server.admin.query(`KILL ${id}`);
      await gone;
      expect(await refused(runner.query('SELECT 1'))).not.toBe('ok');
      expect(await refused(runner.query('COMMIT'))).not.toBe('ok');
      expect(outcomes(ended)).toEqual(['rollback']);
      await runner.release();
      const next = dataSource.createQueryRunner();
      await expectTheNextToBeAlone(ended, aTransaction(next));
      await next.release();
    });
  });
}

interface Connected {
  readonly databaseConnection: EventEmitter;
}

const idOf = async (runner: QueryRunner) => ((await runner.connect()) as { threadId: number }).threadId;

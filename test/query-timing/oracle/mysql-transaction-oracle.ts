import type { DataSource, QueryRunner } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { endedTransactions, outcomes } from '../support/ended-transactions';
import { startMySql, type MySqlFlavour, type TestMySql } from '../support/mysql-family';
import { MySqlTransactionEvents } from '../support/mysql-transaction-events';
import { Random } from '../support/random';
import { PROGRAMS } from '../support/random-programs';
import { recordingLogger } from '../support/recording-logger';
import { refused } from '../support/watching';

/** Another connection changes the row that a transaction has read; later, that transaction changes it, too. */
const CONFLICT = 'the row changes';

/** What the programs consist of: a statement, or several. */
const STEPS: readonly (readonly string[])[] = [
  ['BEGIN'],
  ['START TRANSACTION'],
  ['START TRANSACTION READ ONLY'],
  ['START TRANSACTION WITH CONSISTENT SNAPSHOT'],
  ['COMMIT'],
  ['COMMIT AND CHAIN'],
  ['ROLLBACK'],
  ['ROLLBACK AND CHAIN'],
  ['/* the end */ COMMIT WORK'],
  ['SAVEPOINT s'],
  ['ROLLBACK TO s'],
  ['RELEASE SAVEPOINT s'],
  ['SET autocommit = 0'],
  ['SET autocommit = 1'],
  ['SET SESSION autocommit = OFF'],
  ['SET @@autocommit = ON'],
  ['INSERT INTO extra VALUES (1)'],
  ['UPDATE extra SET id = id + 1'],
  ['SELECT * FROM extra'],
  ['SELECT * FROM extra FOR UPDATE'],
  ['SELECT 1'],
  ['SELEC'],
  ['SELECT * FROM nowhere'],
  // A failure has no transaction status: the statement that begins a transaction without autocommit succeeds here.
  ['SELECT * FROM stock', 'INSERT INTO stock VALUES (1, 1)'],
  ['CREATE TABLE IF NOT EXISTS extra (id int)'],
  ['CREATE TABLE extra (id int)'],
  ['DROP TABLE nowhere'],
  ['TRUNCATE TABLE extra'],
  ['ALTER TABLE extra COMMENT = "more"'],
  ['SET autocommit = 1', 'CREATE TEMPORARY TABLE IF NOT EXISTS mine (id int)', 'DROP TEMPORARY TABLE IF EXISTS mine'],
  ['ANALYZE TABLE extra'],
  ['OPTIMIZE TABLE extra'],
  ['CHECK TABLE extra'],
  // Without autocommit, LOCK TABLES begins a transaction when it ends one.
  ['SET autocommit = 1', 'LOCK TABLES extra WRITE, stock WRITE', 'UNLOCK TABLES'],
  ['CALL reading()'],
  ['CREATE OR REPLACE VIEW seen AS SELECT * FROM stock'],
  // A text that fails half-way does not say what it has ended before.
  ['COMMIT', 'BEGIN; INSERT INTO extra VALUES (1); COMMIT'],
  ['COMMIT', 'BEGIN; INSERT INTO extra VALUES (1); ROLLBACK'],
  ['COMMIT; BEGIN; SELECT * FROM stock; COMMIT'],
  ['SELECT 1; COMMIT'],
  ['COMMIT; BEGIN'],
  ['BEGIN; SELECT 1'],
  ['COMMIT', 'BEGIN', 'SELECT * FROM stock', CONFLICT, 'UPDATE stock SET amount = amount + 1'],
  ['COMMIT', 'BEGIN', 'SELECT * FROM stock', CONFLICT, 'DELETE FROM stock WHERE id = 2', 'SELECT 1'],
  ['COMMIT', 'BEGIN', 'SELECT * FROM stock', CONFLICT, 'SELECT * FROM stock FOR UPDATE'],
];

/** MariaDB's performance schema loses the transaction that such a procedure ends. */
const STEPS_OF_MYSQL = [...STEPS, ['CALL committing()']];

/**
 * Defines the tests that compare the transactions that the library reports with those of the server's performance schema:
 * how many there are, and how each has ended.
 */
export function describeMySqlTransactionOracle(flavour: MySqlFlavour): void {
  let server: TestMySql;
  let dataSource: DataSource;
  let runner: QueryRunner | undefined;

  beforeAll(async () => {
    server = await startMySql(flavour);
    dataSource = await server.dataSource({ multipleStatements: true, poolSize: 1 }).initialize();
    await dataSource.query('CREATE TABLE stock (id int PRIMARY KEY, amount int NOT NULL)');
    await dataSource.query('INSERT INTO stock VALUES (1, 1), (2, 1), (3, 1)');
    await dataSource.query('CREATE TABLE extra (id int)');
    await dataSource.query('CREATE PROCEDURE committing() BEGIN INSERT INTO extra VALUES (1); COMMIT; END');
    await dataSource.query('CREATE PROCEDURE reading() SELECT * FROM stock');
    installQueryTiming(dataSource, { logger: recordingLogger(), sinks: [] });
  }, 120_000);

  afterAll(async () => {
    // A failed test has not released its runner, and the end of the pool would wait for it.
    await runner?.release();
    await dataSource?.destroy();
    await server?.stop();
  });

  async function run(runner: QueryRunner, statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      if (statement === CONFLICT) await server.admin.query('UPDATE timing.stock SET amount = amount + 1');
      else await refused(runner.query(statement));
    }
  }

  it(`(${PROGRAMS} random programs) the server and the library have the same transactions, with the same ends`, async () => {
    const ended = endedTransactions();
    const used = (runner = dataSource.createQueryRunner());
    const events = await MySqlTransactionEvents.of(server, used);
    let transactions = 0;
    const differences: string[] = [];
    for (let program = 0; program < PROGRAMS; program++) {
      const random = new Random(program + 1);
      const statements = Array.from({ length: 1 + random.below(6) }, () =>
        random.pick(flavour.name === 'MySQL' ? STEPS_OF_MYSQL : STEPS),
      ).flat();
      await run(used, ['ROLLBACK', 'SET autocommit = 1']);
      await events.reset();
      const before = ended.length;
      await run(used, [...statements, 'ROLLBACK', 'SET autocommit = 1']);
      const theirs = await events.outcomes();
      const ours = outcomes(ended.slice(before));
      if (ours.join() !== theirs.join())
        differences.push(`${statements.join('; ')} => server: ${theirs.join()}, library: ${ours.join()}`);
      transactions += theirs.length;
    }
    expect(differences).toEqual([]);
    expect(transactions).toBeGreaterThan(PROGRAMS / 2);
  }, 3_600_000);
}

import { setImmediate } from 'node:timers/promises';
import { installQueryTiming } from '../../../src/query-timing/core';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { recordingLogger } from '../support/recording-logger';
import { COMMON_CONTROL, compareTransactions, type ControlStatement } from './transaction-oracle';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

const STATEMENTS: readonly ControlStatement[] = [
  ...COMMON_CONTROL,
  { sql: 'BEGIN' },
  { sql: 'BEGIN' },
  { sql: 'START TRANSACTION READ ONLY' },
  { sql: 'BEGIN; SELECT 1' },
  { sql: 'END' },
  { sql: 'ABORT' },
  { sql: 'END AND CHAIN', chains: true },
  { sql: 'ABORT AND CHAIN', chains: true },
  { sql: 'BEGIN; SELECT 1; COMMIT', whole: true },
  { sql: 'BEGIN; SELECT 1; ABORT', whole: true },
  { sql: 'COMMIT; BEGIN', chains: true },
  { sql: 'SELECT 1/0' },
  { sql: 'INSERT INTO late VALUES (1), (1)' },
  { sql: 'DO $$ BEGIN PERFORM 1; END $$' },
  { sql: 'CALL committing()' },
  { sql: 'PREPARE transactions AS SELECT 1' },
  { sql: 'DEALLOCATE transactions' },
];

it.each([
  ['statement by statement', {}],
  ['with pipelining', { pipeline: true }],
])(
  'over random statements, %s, PostgreSQL and the library end the same transactions',
  async (_, extra) => {
    const dataSource = await database.dataSource({ extra: { ...extra, max: 1 } }).initialize();
    await dataSource.query('DROP TABLE IF EXISTS stock, late');
    await dataSource.query('CREATE TABLE stock (id int)');
    await dataSource.query('CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    await dataSource.query('CREATE OR REPLACE PROCEDURE committing() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$');
    installQueryTiming(dataSource, { logger: recordingLogger() });
    const runner = dataSource.createQueryRunner();
    const client = (await runner.connect()) as { processID: number; readyForQuery: boolean };
    const stateOf = async () => {
      const sql = 'SELECT state FROM pg_stat_activity WHERE pid = $1';
      return (await database.admin.query<{ state: string }>(sql, [client.processID])).rows[0]!.state;
    };
    const isOpen = async () => {
      // pg reports a failure before the server has finished with the statement.
      while (!client.readyForQuery) await setImmediate();
      return (await stateOf()).startsWith('idle in transaction');
    };
    expect(await compareTransactions(runner, STATEMENTS, isOpen)).toBeGreaterThan(100);
    await dataSource.destroy();
  },
  3_600_000,
);

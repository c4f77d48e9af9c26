import { dialectOf } from '../../../src/query-timing/sql/dialect';
import {
  effectOfCommands,
  TransactionEffects,
  type TransactionEffect,
  type TransactionLanguage,
} from '../../../src/query-timing/sql/transaction-effect';

const on = (language: TransactionLanguage) => new TransactionEffects(language, dialectOf(language));

/** `commit+` ends a transaction and begins another. */
const written = ({ ends, begins, implicit, endsFirst, whole, endsBefore, wholeBefore = [] }: TransactionEffect) =>
  [
    endsBefore && `${endsBefore} `,
    ...wholeBefore.map((outcome) => `${outcome}whole `),
    ends ?? '',
    begins === 'unknown' ? '?' : begins ? '+' : '',
    implicit && '!',
    endsFirst && '<',
    whole && 'whole',
  ]
    .filter(Boolean)
    .join('');

describe('the effect of a statement on the transaction', () => {
  it.each([
    ['BEGIN', '+'],
    ['begin isolation level serializable', '+'],
    ['START TRANSACTION READ ONLY', '+'],
    ['START nonsense', ''],
    ['COMMIT', 'commit'],
    ['COMMIT WORK AND CHAIN', 'commit+'],
    ['commit and no chain', 'commit'],
    ["COMMIT PREPARED 'x'", ''],
    ['END', 'commit'],
    ['end transaction and chain', 'commit+'],
    ['ABORT', 'rollback'],
    ['ABORT WORK AND CHAIN', 'rollback+'],
    ['ROLLBACK /* x */ TO SAVEPOINT s', ''],
    ['ROLLBACK /* to */', 'rollback'],
    ["ROLLBACK PREPARED 'x'", ''],
    ["PREPARE TRANSACTION 'x'", 'commit'],
    ['PREPARE transaction_list AS SELECT 1', ''],
    ['; (COMMIT)', 'commit'],
    ['SAVEPOINT s', ''],
    ['CREATE TABLE t ()', ''],
    ['CALL p()', ''],
    ['', ''],
    ['-- COMMIT', ''],
  ])('on PostgreSQL: %s', (sql, effect) => expect(written(on('postgres').of(sql))).toBe(effect));

  it.each([
    ['BEGIN', 'commit+<'],
    ['START TRANSACTION', 'commit+<'],
    ['BEGIN NOT ATOMIC SELECT 1; END', ''],
    ['COMMIT RELEASE', 'commit'],
    ['END', ''],
    ['ABORT', ''],
    ['CREATE TABLE t (a int)', 'commit!'],
    ['CREATE OR REPLACE VIEW v AS SELECT 1', 'commit!'],
    ['CREATE OR REPLACE TEMPORARY TABLE t (a int)', ''],
    ['DROP TEMPORARY TABLE t', ''],
    ['DROP /* temporary */ TABLE t', 'commit!'],
    ['ALTER TABLE t ADD a int', 'commit!'],
    ['TRUNCATE t', 'commit!'],
    ['LOCK TABLES t READ', 'commit!'],
    ['LOCK INSTANCE FOR BACKUP', ''],
    ['ANALYZE LOCAL TABLE t', 'commit!'],
    ['ANALYZE SELECT 1', ''],
    ['OPTIMIZE NO_WRITE_TO_BINLOG TABLE t', 'commit!'],
    ['CHECK TABLES t', 'commit!'],
    ['CHECKSUM TABLE t', ''],
    ['CALL p()', '?'],
    ["XA START 'x'", '+'],
    ["XA COMMIT 'x'", 'commit'],
    ["XA ROLLBACK 'x'", 'rollback'],
    ["XA END 'x'", ''],
    ['SELECT 1', ''],
  ])('on MySQL: %s', (sql, effect) => expect(written(on('mysql').of(sql))).toBe(effect));

  it.each([
    ['BEGIN IMMEDIATE', 'rollback+<'],
    ['END TRANSACTION', 'commit'],
    ['ROLLBACK TRANSACTION TO SAVEPOINT s', ''],
    ['SAVEPOINT s', '?'],
    ['RELEASE s', ''],
    ['PREPARE TRANSACTION', ''],
  ])('on SQLite: %s', (sql, effect) => expect(written(on('sqlite').of(sql))).toBe(effect));

  it.each([
    ['SELECT 1; COMMIT', 'commit'],
    ['COMMIT; SELECT 1;', 'commit'],
    ["SELECT ';COMMIT;'; SELECT 2", ''],
    ['BEGIN; SELECT 1; ROLLBACK', 'commit rollbackwhole'],
    ['ROLLBACK; BEGIN; SELECT 1; COMMIT', 'rollback commitwhole'],
    ['BEGIN; SELECT 1; COMMIT; BEGIN; ROLLBACK', 'commit commitwhole rollbackwhole'],
    ['BEGIN; BEGIN; BEGIN; ROLLBACK', 'commit commitwhole commitwhole rollbackwhole'],
    ['BEGIN; COMMIT; BEGIN', 'commit commit+whole'],
    ['COMMIT; BEGIN', 'commit+'],
    ['BEGIN; SELECT 1', 'commit+'],
    ['ROLLBACK; SELECT 1; -- COMMIT', 'rollback'],
    [';;', ''],
  ])('of several in one text: %s', (sql, effect) => expect(written(on('mysql').ofAll(sql))).toBe(effect));

  it.each([
    [['SELECT', 'COMMIT'], 'commit'],
    [['START', 'INSERT', 'COMMIT'], 'commitwhole'],
    [['COMMIT', 'BEGIN', 'ROLLBACK'], 'commit rollbackwhole'],
    [['BEGIN', 'COMMIT', 'BEGIN', 'ROLLBACK'], 'commitwhole rollbackwhole'],
    [['BEGIN', null], '+'],
    [['ROLLBACK', 'BEGIN'], 'rollback+'],
  ])('of several by their commands: %s', (commands, effect) => {
    expect(written(effectOfCommands(commands.map((command) => ({ command })))!)).toBe(effect);
  });

  it.each([
    ['BEGIN; SELECT a', true],
    ['/* a */ start transaction;; SELECT a', true],
    ['BEGIN;', false],
    ['BEGIN /* ; */', false],
    ['SELECT 1; BEGIN; SELECT a', false],
  ])('is known of a text that fails after its first statement: %s', (sql, expected) => {
    for (const language of ['postgres', 'mysql'] as const) expect(on(language).beginsAndGoesOn(sql)).toBe(expected);
  });

  it('of several is not known from results without commands', () => {
    expect(effectOfCommands([{}, undefined])).toBeUndefined();
  });
});

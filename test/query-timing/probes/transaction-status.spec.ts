import { transactionStatusOf } from '../../../src/query-timing/probes/transaction-status';

describe('the transaction status of the driver', () => {
  describe('of pg', () => {
    const status = transactionStatusOf('postgres');
    const runnerOn = (client: object | undefined) => ({ databaseConnection: client });
    const client = (state: string | null, more: object = {}) => ({
      getTransactionStatus: () => state,
      readyForQuery: true,
      _queryable: true,
      ...more,
    });

    it.each([
      ['I', false],
      ['T', true],
      ['E', true],
      [null, undefined],
    ])('is read from its client: %s', (state, open) => {
      expect(status.afterSuccess(runnerOn(client(state)), {}, true)).toBe(open);
      expect(status.afterFailure(runnerOn(client(state)))).toBe(open);
    });

    it('is unknown on clients that do not have it', () => {
      for (const runner of [{}, runnerOn({}), runnerOn(undefined)]) {
        expect(status.afterSuccess(runner, {}, true)).toBeUndefined();
        expect(status.afterFailure(runner)).toBeUndefined();
      }
    });

    it('is that of another statement while several are sent together', () => {
      const runner = runnerOn(client('T', { pipeline: true }));
      expect(status.afterSuccess(runner, {}, false)).toBeUndefined();
      expect(status.afterSuccess(runner, {}, true)).toBe(true);
    });

    it('is not yet that of a failed statement while its response is incomplete', () => {
      expect(status.afterFailure(runnerOn(client('T', { readyForQuery: false })))).toBeUndefined();
    });

    it('says that none is open after the connection is gone', () => {
      expect(status.afterFailure(runnerOn(client('T', { _queryable: false })))).toBe(false);
    });
  });

  describe('of MySQL', () => {
    class OkPacket {
      constructor(readonly serverStatus: number) {}
    }

    it.each([
      ['a statement without rows', new OkPacket(3), true],
      ['a statement outside a transaction', new OkPacket(2), false],
      ['a procedure', [[{ a: 1 }], new OkPacket(3)], true],
      ['several statements', [new OkPacket(11), [{ a: 1 }], new OkPacket(2)], false],
      ['several that end with rows', [new OkPacket(10), [{ a: 1 }]], false],
      ['rows', [{ a: 1 }], undefined],
      ['rows with a column of the same name', [{ serverStatus: 1 }], undefined],
      ['rows as lists', [[1], [2]], undefined],
      ['rows without a prototype', [Object.assign(Object.create(null) as object, { serverStatus: 1 })], undefined],
      ['no rows', [], undefined],
      ['a stream', undefined, undefined],
    ])('is read from the result of %s', (_, result, open) => {
      expect(transactionStatusOf('mysql').afterSuccess({}, result, true)).toBe(open);
    });

    it('says nothing after a failure', () => {
      expect(transactionStatusOf('mariadb').afterFailure({})).toBeUndefined();
    });

    it('knows the connections without autocommit', () => {
      const status = transactionStatusOf('mysql');
      const [one, other] = [{ databaseConnection: {} }, { databaseConnection: {} }];
      expect(status.anyBeginsByItself).toBe(false);
      status.afterSuccess(one, new OkPacket(0), true);
      expect([status.anyBeginsByItself, status.beginsByItself(one), status.beginsByItself(other)]).toEqual([
        true,
        true,
        false,
      ]);
      status.afterSuccess(one, new OkPacket(2), true);
      expect(status.beginsByItself(one)).toBe(false);
    });
  });

  it('of SQLite is asked of the database', () => {
    const status = transactionStatusOf('better-sqlite3');
    const runner = { driver: { databaseConnection: { inTransaction: true } } };
    expect(status.afterSuccess(runner, [], true)).toBe(true);
    expect(status.afterFailure(runner)).toBe(true);
  });

  it('is unknown on the other drivers', () => {
    const status = transactionStatusOf('sqljs');
    expect(status.afterSuccess({}, [], true)).toBeUndefined();
    expect(status.afterFailure({})).toBeUndefined();
    expect([status.isOfSeveral([{}, {}]), status.beginsByItself({}), status.anyBeginsByItself]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

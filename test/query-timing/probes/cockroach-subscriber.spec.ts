import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletedQuery, CompletedTransaction } from '../../../src/query-timing/core';
import type { StubServer } from '../support/stub-postgres';
import { timed } from '../support/timed';

const CHANGE = 'UPDATE stock SET units = $1';

/** The driver of CockroachDB, which tries a transaction again, with a stubbed server. */
async function watched(server: StubServer) {
  const seen: CompletedQuery[] = [];
  const ends: CompletedTransaction[] = [];
  const sink = {
    record: (query: CompletedQuery) => void seen.push(query),
    recordTransaction: (transaction: CompletedTransaction) => void ends.push(transaction),
  };
  return { seen, ends, ...(await timed({ sinks: [sink] }, server, { type: 'cockroachdb' })) };
}

/** Refuses the change as often as that. */
const refusing = (refusals: number): StubServer => {
  let left = refusals;
  return async (sql) => {
    await sleep(1);
    if (sql === CHANGE && left-- > 0) throw Object.assign(new Error('restart transaction'), { code: '40001' });
  };
};

describe('a transaction that the driver of CockroachDB tries again', () => {
  it('has each failed statement as a serialization failure, and none is lost', async () => {
    const { dataSource, seen, ends, timing, logger } = await watched(refusing(2));
    await dataSource.transaction(async (manager) => {
      await manager.query('SELECT units FROM stock');
      await manager.query(CHANGE, [1]);
    });
    const TRY = ['SELECT units FROM stock', `${CHANGE} serialization`, 'ROLLBACK TO SAVEPOINT cockroach_restart'];
    expect(seen.map(({ sql, errorClass }) => (errorClass === undefined ? sql : `${sql} ${errorClass}`))).toEqual([
      'START TRANSACTION',
      'SAVEPOINT cockroach_restart',
      ...TRY,
      ...TRY,
      'SELECT units FROM stock',
      CHANGE,
      'RELEASE SAVEPOINT cockroach_restart',
      'COMMIT',
    ]);
    expect(seen.map(({ queuedSeconds }) => queuedSeconds)).toEqual(seen.map(() => 0));
    expect(ends).toMatchObject([{ outcome: 'commit' }]);
    expect(timing.getSummary()).toMatchObject({ errors: 2, totalQueries: seen.length });
    expect(logger.entries.filter((entry) => 'part' in entry)).toEqual([]);
    timing.uninstall();
  });

  it('has the failure that its caller receives once', async () => {
    const { dataSource, timing } = await watched(async (sql) => {
      if (sql === CHANGE) throw new Error('no such table');
    });
    await expect(dataSource.query(CHANGE)).rejects.toThrow('no such table');
    expect(timing.getSummary()).toMatchObject({ errors: 1, totalQueries: 1 });
    timing.uninstall();
  });
});

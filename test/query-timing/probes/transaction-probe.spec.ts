import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { DataSource, QueryRunner } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { sample } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub, type StubServer } from '../support/stub-postgres';

describe('the transaction probe', () => {
  const transactions = async (
    work: (dataSource: DataSource, runner: QueryRunner) => Promise<unknown>,
    server?: StubServer,
  ) => {
    const dataSource = await initializedStub(server);
    const registry = new Registry();
    installQueryTiming(dataSource, { logger: recordingLogger(), registry });
    const runner = dataSource.createQueryRunner();
    await work(dataSource, runner).catch(() => undefined);
    const count = (outcome: string) => sample(registry, 'db_transaction_duration_seconds_count', { outcome });
    return { commit: await count('commit'), rollback: await count('rollback'), registry };
  };

  it('distinguishes commits and rollbacks', async () => {
    const outcome = await transactions(async (dataSource) => {
      await dataSource.transaction((manager) => manager.query('SELECT 1'));
      await dataSource.transaction(() => Promise.reject(new Error('no'))).catch(() => undefined);
      await dataSource.transaction((manager) => manager.query('SELECT 2'));
    });
    expect(outcome).toMatchObject({ commit: 2, rollback: 1 });
  });

  it('separates the transactions of several connections', async () => {
    const outcome = await transactions(async (dataSource, runner) => {
      const other = dataSource.createQueryRunner();
      await runner.query('BEGIN');
      await other.query('ROLLBACK');
      await runner.query('COMMIT');
    });
    expect(outcome).toMatchObject({ commit: 1, rollback: 0 });
  });

  it('starts a transaction at a BEGIN only', async () => {
    const outcome = await transactions(async (dataSource, runner) => {
      await runner.query('CREATE TABLE t (a int)');
      await Promise.all([runner.query('SELECT 1'), runner.query('SELECT 2')]);
      await runner.query('COMMIT');
    });
    expect(outcome).toMatchObject({ commit: 0, rollback: 0 });
  });

  it('does not end a transaction at a savepoint', async () => {
    const outcome = await transactions((dataSource) =>
      dataSource.transaction(async (manager) => {
        await manager.transaction(() => Promise.reject(new Error('inner'))).catch(() => undefined);
        await manager.transaction((inner) => inner.query('SELECT 1'));
        await manager.query('ROLLBACK  WORK TO x');
      }),
    );
    expect(outcome).toMatchObject({ commit: 1, rollback: 0 });
  });

  it('counts a COMMIT that fails, or that the server turned into a rollback, as a rollback', async () => {
    const failing = await transactions(
      (dataSource) => dataSource.transaction((manager) => manager.query('SELECT 1')),
      (sql) => (sql === 'COMMIT' ? Promise.reject(new Error('deferred')) : undefined),
    );
    expect(failing).toMatchObject({ commit: 0, rollback: 1 });
    const aborted = await transactions(
      (dataSource) => dataSource.transaction((manager) => manager.query('SELECT 1')),
      (sql) => (sql === 'COMMIT' ? { command: 'ROLLBACK' } : undefined),
    );
    expect(aborted).toMatchObject({ commit: 0, rollback: 1 });
  });

  it('ends a transaction with its connection', async () => {
    const outcome = await transactions(
      async (_, runner) => {
        await runner.startTransaction();
        await runner.query('lost');
      },
      (sql) => (sql === 'lost' ? Promise.reject(new Error('Connection terminated unexpectedly')) : undefined),
    );
    expect(outcome).toMatchObject({ commit: 0, rollback: 1 });
  });

  it('ends a transaction with a deadlock on MariaDB and MySQL, which roll it back', async () => {
    const outcome = await transactions(
      async (_, runner) => {
        await runner.startTransaction();
        await runner.query('deadlocked').catch(() => undefined);
        await runner.query('SELECT 1');
        await runner.commitTransaction();
      },
      (sql) => (sql === 'deadlocked' ? Promise.reject(Object.assign(new Error('x'), { errno: 1213 })) : undefined),
    );
    expect(outcome).toMatchObject({ commit: 0, rollback: 1 });
  });

  it('continues after a COMMIT AND CHAIN', async () => {
    const outcome = await transactions(async (_, runner) => {
      for (const sql of ['BEGIN', 'COMMIT AND CHAIN', 'SELECT 1', 'ROLLBACK AND CHAIN', 'COMMIT'])
        await runner.query(sql);
    });
    expect(outcome).toMatchObject({ commit: 2, rollback: 1 });
  });

  it('handles a BEGIN that fails, comes twice, or shares its text with other statements', async () => {
    const outcome = await transactions(
      async (_, runner) => {
        await runner.query('BEGIN /* fails */').catch(() => undefined);
        await runner.query('COMMIT');
        await runner.query('BEGIN');
        await runner.query('BEGIN');
        await runner.query('COMMIT');
        await runner.query('BEGIN; SELECT 1; COMMIT');
        await runner.query('COMMIT');
      },
      (sql) => {
        if (sql.includes('fails')) throw new Error('no');
        return sql.includes(';') ? [{}, {}, {}] : undefined;
      },
    );
    expect(outcome).toMatchObject({ commit: 2, rollback: 0 });
  });

  it('follows a transaction on a driver that returns an empty list for BEGIN', async () => {
    const outcome = await transactions(
      (dataSource) => dataSource.transaction((manager) => manager.query('SELECT 1')),
      () => [],
    );
    expect(outcome).toMatchObject({ commit: 1, rollback: 0 });
  });

  it('measures how long a transaction was idle', async () => {
    const { registry } = await transactions((dataSource) =>
      dataSource.transaction(async (manager) => {
        await manager.query('SELECT 1');
        const until = performance.now() + 30;
        while (performance.now() < until) await endOfTurn();
      }),
    );
    const idle = (await sample(registry, 'db_transaction_idle_seconds_sum'))!;
    const duration = (await sample(registry, 'db_transaction_duration_seconds_sum', { outcome: 'commit' }))!;
    expect(idle).toBeGreaterThanOrEqual(0.029);
    expect(duration).toBeGreaterThan(idle);
  });
});

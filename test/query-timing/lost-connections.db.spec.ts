import type { EventEmitter } from 'node:events';
import type { Pool } from 'pg';
import type { QueryRunner } from 'typeorm';
import { QueryRecorder } from '../../src/query-timing/recorder/query-recorder';
import { aGap, aTransaction, endedTransactions, expectTheNextToBeAlone, outcomes } from './support/ended-transactions';
import { startPgBouncer, type TestPgBouncer } from './support/pgbouncer';
import { createTestDatabase, type TestDatabase } from './support/postgres';
import { refused, watching, type Watched } from './support/watching';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

const watched = watching((more) => database.dataSource(more));

interface Client extends EventEmitter {
  query(sql: string): Promise<unknown>;
  readonly processID: number;
}

const clientOf = async (runner: QueryRunner) => (await runner.connect()) as Client;
const gone = (client: Client) => new Promise((resolve) => client.once('end', resolve));

/** Ends the connection from outside, and waits until the client knows. */
async function terminate(client: Client): Promise<void> {
  const ended = gone(client);
  await database.admin.query('SELECT pg_terminate_backend($1)', [client.processID]);
  await ended;
}

function reports() {
  jest.restoreAllMocks();
  const lost = jest.spyOn(QueryRecorder.prototype, 'connectionLost');
  return { ended: endedTransactions(), lost };
}

/** Runs a transaction on a new runner: what was lost has no effect on it. */
async function expectTheNextToBeGood({ dataSource }: Watched, ended: ReturnType<typeof endedTransactions>) {
  const next = dataSource.createQueryRunner();
  await expectTheNextToBeAlone(ended, aTransaction(next));
  await next.release();
}

describe('a transaction that the server ends while it is idle', () => {
  /** @param end ends it; the test waits until the client knows */
  async function expectRollback(watch: Watched, end: (client: Client) => Promise<unknown>) {
    const { dataSource, seen } = watch;
    const { ended, lost } = reports();
    const asked = performance.now();
    const work = dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1');
      const client = await clientOf(manager.queryRunner!);
      const over = gone(client);
      await end(client);
      await over;
      await manager.query('SELECT 2');
    });
    expect(await refused(work)).not.toBe('ok');
    expect(outcomes(ended)).toEqual(['rollback']);
    expect(ended[0]!.duration).toBeLessThanOrEqual(performance.now() - asked);
    expect(ended[0]!.idle).toBeLessThanOrEqual(ended[0]!.duration);
    expect(lost).toHaveBeenCalledTimes(1);
    expect(seen.map(({ sql, errorClass }) => [sql, errorClass])).toEqual([
      ['START TRANSACTION', undefined],
      ['SELECT 1', undefined],
    ]);
    await aGap();
    await expectTheNextToBeGood(watch, ended);
    expect(lost).toHaveBeenCalledTimes(1);
    return ended[0]!;
  }

  it('because of a limit is rolled back, with its idle time, and one connection is lost', async () => {
    const { idle } = await expectRollback(await watched(), (client) =>
      client.query("SET LOCAL idle_in_transaction_session_timeout = '40ms'"),
    );
    expect(idle).toBeGreaterThan(20);
  });

  it('because an administrator does is rolled back, and one connection is lost', async () => {
    await expectRollback(await watched(), terminate);
  });

  it('with pipelining is rolled back, and one connection is lost', async () => {
    await expectRollback(await watched({ extra: { pipeline: true } }), terminate);
  });

  it('because it exceeds transaction_timeout is rolled back, and one connection is lost', async () => {
    const { rows } = await database.admin.query<{ version: string }>(
      "SELECT current_setting('server_version_num') AS version",
    );
    if (Number(rows[0]!.version) < 170_000) return; // The setting exists since PostgreSQL 17.
    const watch = await watched({ extra: { options: '-c transaction_timeout=60' } });
    await expectRollback(watch, () => Promise.resolve());
  });

  it('is rolled back when its runner sends nothing more', async () => {
    const { dataSource } = await watched();
    const { ended, lost } = reports();
    const runner = dataSource.createQueryRunner();
    await runner.query('BEGIN');
    await terminate(await clientOf(runner));
    expect(outcomes(ended)).toEqual(['rollback']);
    await runner.release();
    expect(ended).toHaveLength(1);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('does not end a transaction of another connection', async () => {
    const { dataSource } = await watched();
    const { ended } = reports();
    const [one, two] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
    for (const runner of [one, two]) await runner.query('BEGIN');
    await terminate(await clientOf(one));
    expect(ended).toHaveLength(1);
    await two.query('COMMIT');
    expect(outcomes(ended)).toEqual(['rollback', 'commit']);
    await two.release();
  });

  describe('behind a PgBouncer', () => {
    let bouncer: TestPgBouncer;
    beforeAll(async () => void (bouncer = await startPgBouncer(database.url)), 120_000);
    afterAll(() => bouncer?.stop());
    const watchedBehind = watching((more) => bouncer.dataSource(more));

    it('because of KILL is rolled back, and one connection is lost', async () => {
      const watch = await watchedBehind({ poolSize: 1 });
      const { ended, lost } = reports();
      const runner = watch.dataSource.createQueryRunner();
      await runner.query('BEGIN');
      const client = await clientOf(runner);
      const over = gone(client);
      const { rows } = await bouncer.console.query<{ name: string }>('SHOW DATABASES');
      const { name } = rows.find((row) => row.name !== 'pgbouncer')!;
      await bouncer.console.query(`KILL ${name}`);
      await over;
      expect(outcomes(ended)).toEqual(['rollback']);
      expect(lost).toHaveBeenCalledTimes(1);
      expect(await refused(runner.query('COMMIT'))).not.toBe('ok');
      await runner.release();
      await bouncer.console.query(`RESUME ${name}`);
      expect([ended.length, lost.mock.calls.length]).toEqual([1, 1]);
    });
  });
});

describe('a connection that is lost', () => {
  it('outside a transaction, while its runner sends nothing, is counted once', async () => {
    const watch = await watched();
    const { ended, lost } = reports();
    const runner = watch.dataSource.createQueryRunner();
    await runner.query('SELECT 1');
    await terminate(await clientOf(runner));
    await runner.release();
    expect([ended.length, lost.mock.calls.length]).toEqual([0, 1]);
    await expectTheNextToBeGood(watch, ended);
  });

  it('while it is idle in the pool is counted once', async () => {
    const watch = await watched();
    const { ended, lost } = reports();
    const runner = watch.dataSource.createQueryRunner();
    const client = await clientOf(runner);
    await runner.release();
    await terminate(client);
    expect([ended.length, lost.mock.calls.length]).toEqual([0, 1]);
    await expectTheNextToBeGood(watch, ended);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('while a statement runs is the failure of that statement', async () => {
    const watch = await watched();
    const { ended, lost } = reports();
    const runner = watch.dataSource.createQueryRunner();
    const client = await clientOf(runner);
    await runner.query('BEGIN');
    const sleeping = refused(runner.query('SELECT pg_sleep(60)'));
    let active = 0;
    while (active === 0) {
      const { rows } = await database.admin.query(
        "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep%'",
        [client.processID],
      );
      active = rows.length;
    }
    await terminate(client);
    await sleeping;
    expect(outcomes(ended)).toEqual(['rollback']);
    expect(lost).not.toHaveBeenCalled();
    expect(watch.seen.filter(({ errorClass }) => errorClass === 'connection')).toHaveLength(1);
    await runner.release();
    await expectTheNextToBeGood(watch, ended);
    expect(lost).not.toHaveBeenCalled();
  });

  it('because its statement was given up, and is then destroyed, is no loss', async () => {
    const watch = await watched({ extra: { query_timeout: 30 } });
    const { ended, lost } = reports();
    await refused(watch.dataSource.query('SELECT pg_sleep(0.2)'));
    await watch.dataSource.destroy();
    expect([ended.length, lost.mock.calls.length]).toEqual([0, 0]);
    await watch.dataSource.initialize();
  });

  it('after the timing was switched off is not counted, and no listener remains', async () => {
    const { dataSource, timing } = await watched();
    const { lost } = reports();
    const pool = (dataSource.driver as unknown as { master: Pool }).master;
    const listeners = () => pool.eventNames().map((name) => [name, pool.listenerCount(name)]);
    const runner = dataSource.createQueryRunner();
    const client = await clientOf(runner);
    timing.setEnabled(false);
    const without = listeners();
    const onClient = client.eventNames().map((name) => [name, client.listenerCount(name)]);
    timing.setEnabled(true);
    expect(listeners()).not.toEqual(without);
    await runner.query('BEGIN');
    expect(client.eventNames().map((name) => [name, client.listenerCount(name)])).toEqual(onClient);
    timing.setEnabled(false);
    expect(listeners()).toEqual(without);
    await terminate(client);
    expect(lost).not.toHaveBeenCalled();
  });

  it('is seen on the pools of each initialize()', async () => {
    const watch = await watched();
    await watch.dataSource.destroy();
    await watch.dataSource.initialize();
    const { lost } = reports();
    const runner = watch.dataSource.createQueryRunner();
    await terminate(await clientOf(runner));
    expect(lost).toHaveBeenCalledTimes(1);
  });
});

import { setImmediate } from 'node:timers/promises';
import { err, errAsync, ok, okAsync, ResultAsync } from 'neverthrow';
import { Client } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner';
import { DeadlineExceededError, ServiceUnavailableError } from '../../../src/application/shared/port-errors';
import { createDataSource } from '../../../src/infrastructure/database/data-source';
import { LateStatementError } from '../../../src/infrastructure/database/late-statements';
import { TransactionRunner, type TransactionObserver } from '../../../src/infrastructure/database/transaction-runner';
import { aConfiguration } from '../../support/configuration';
import { FaultyNetwork } from '../../support/faulty-network';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
let dataSource: DataSource;
let transactions: TransactionRunner;
const observed: string[] = [];
const observer: TransactionObserver = {
  retried: (reason) => observed.push(`retried ${reason}`),
  exhausted: (reason) => observed.push(`exhausted ${reason}`),
};

beforeAll(async () => {
  database = await createScratchDatabase();
  const configuration = aConfiguration({
    DATABASE_POOL_SIZE: '20',
    // The server detects a deadlock after a second, on a busy machine later.
    DATABASE_STATEMENT_TIMEOUT_MS: '20000',
    DATABASE_LOCK_TIMEOUT_MS: '20000',
  });
  dataSource = await createDataSource(database.url, configuration.database).initialize();
  transactions = new TransactionRunner(dataSource, observer);
  await dataSource.query('CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)');
  await dataSource.query('CREATE TABLE parents (id int PRIMARY KEY)');
  await dataSource.query(
    'CREATE TABLE children (parent int REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED NOT NULL)',
  );
});
beforeEach(async () => {
  observed.length = 0;
  await dataSource.query('TRUNCATE counters');
  await dataSource.query('INSERT INTO counters VALUES (1, 0), (2, 0)');
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const statement = (manager: EntityManager, sql: string) => ResultAsync.fromSafePromise(manager.query<unknown>(sql));
const increment = (manager: EntityManager, id = 1) =>
  statement(manager, `UPDATE counters SET value = value + 1 WHERE id = ${id}`);
const values = async () =>
  (await dataSource.query<{ value: number }[]>('SELECT value FROM counters ORDER BY id')).map(({ value }) => value);

describe('a transaction', () => {
  it('that returns an Ok is committed before the Ok is returned', async () => {
    expect((await transactions.run((manager) => increment(manager))).isOk()).toBe(true);
    expect(await values()).toEqual([1, 0]);
  });

  it('that returns an Err is rolled back', async () => {
    const outcome = await transactions.run((manager) => increment(manager).andThen(() => err('refused' as const)));
    expect(outcome).toEqual(err('refused'));
    expect(await values()).toEqual([0, 0]);
  });

  it('that throws is rolled back', async () => {
    const bug = new Error('a bug');
    const work = transactions.run((manager) =>
      increment(manager).map(() => {
        throw bug;
      }),
    );
    await expect(work).rejects.toBe(bug);
    expect(await values()).toEqual([0, 0]);
  });

  it('whose work throws synchronously is rolled back too', async () => {
    const work = transactions.run(() => {
      throw new Error('a bug');
    });
    await expect(work).rejects.toThrow('a bug');
  });

  it('does not return an Ok when its commit fails', async () => {
    const work = transactions.run((manager) => statement(manager, 'INSERT INTO children VALUES (404)'));
    await expect(work).rejects.toMatchObject({ driverError: { code: '23503' } });
    expect(await dataSource.query('SELECT * FROM children')).toEqual([]);
  });

  it('does not return an Ok when the error of a statement was swallowed: its COMMIT would be a rollback', async () => {
    const work = transactions.run((manager) =>
      increment(manager).andThen(() =>
        ResultAsync.fromPromise(manager.query('SELECT 1 / 0'), () => 'swallowed' as const).orElse(() => ok()),
      ),
    );
    await expect(work).rejects.toMatchObject({ driverError: { code: '25P02' } });
    expect(await values()).toEqual([0, 0]);
  });

  it('does not return an Ok when a statement that is not awaited is still running, and fails', async () => {
    const failsLater = 'SELECT 1 / length(pg_sleep(0.05)::text)';
    const work = transactions.run((manager) => {
      manager.query(failsLater).catch(() => undefined);
      return ResultAsync.fromSafePromise(setImmediate()).andThen(() => ok());
    });
    await expect(work).rejects.toMatchObject({ driverError: { code: '25P02' } });
    expect(await values()).toEqual([0, 0]);
  });

  it('is committed without an extra statement when all its statements succeeded', async () => {
    const asked = jest.spyOn(PostgresQueryRunner.prototype, 'query');
    try {
      expect((await transactions.run((manager) => increment(manager))).isOk()).toBe(true);
      expect(asked.mock.calls.map(([sql]) => sql)).toEqual([
        'START TRANSACTION',
        'UPDATE counters SET value = value + 1 WHERE id = 1',
        'COMMIT',
      ]);
    } finally {
      asked.mockRestore();
    }
  });

  it('returns an Ok when the failed statement was rolled back to a savepoint', async () => {
    const outcome = await transactions.run((manager) =>
      increment(manager)
        .andThen(() =>
          ResultAsync.fromPromise(
            manager.transaction((nested) => nested.query('SELECT 1 / 0')),
            () => 'undone' as const,
          ),
        )
        .orElse(() => okAsync('went on' as const)),
    );
    expect(outcome).toEqual(ok('went on'));
    expect(await values()).toEqual([1, 0]);
  });

  it('leaves a usable connection in the pool, whether it was committed or rolled back', async () => {
    const sessions = new Set<number>();
    const session = (manager: EntityManager) =>
      ResultAsync.fromSafePromise(manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid')).map(([{ pid }]) =>
        sessions.add(pid),
      );
    expect((await transactions.run(session)).isOk()).toBe(true);
    const refused = await transactions.run((manager) => session(manager).andThen(() => err('refused' as const)));
    expect(refused.isErr()).toBe(true);
    const failing = transactions.run((manager) => session(manager).map(() => Promise.reject(new Error('a bug'))));
    await expect(failing).rejects.toThrow('a bug');
    expect((await transactions.run(session)).isOk()).toBe(true);
    expect(sessions.size).toBe(1);
  });

  it('releases its connection however it ends', async () => {
    const endings: ((manager: EntityManager) => ResultAsync<unknown, string>)[] = [
      (manager) => increment(manager),
      () => okAsync(1).andThen(() => err('refused')),
      (manager) => statement(manager, 'SELECT 1 / 0'),
    ];
    for (let round = 0; round < 30; round += 1) {
      await transactions.run(endings[round % endings.length]!).then(
        () => undefined,
        () => undefined,
      );
    }
    expect((await transactions.run((manager) => increment(manager))).isOk()).toBe(true);
  });
});

describe('work that goes on after its transaction', () => {
  /** What the statement of a branch that is not awaited rejects with, sent as soon as `ending` is on its way. */
  async function lateStatement(ending: string, run: (keep: (manager: EntityManager) => void) => PromiseLike<unknown>) {
    const { query } = PostgresQueryRunner.prototype;
    let manager: EntityManager | undefined;
    let late: Promise<unknown> = Promise.resolve('not sent');
    const sent = jest.spyOn(PostgresQueryRunner.prototype, 'query').mockImplementation(function (
      this: PostgresQueryRunner,
      ...statement: Parameters<typeof query>
    ) {
      const response = query.apply(this, statement) as Promise<never>;
      if (statement[0] === ending) {
        late = manager!.query('UPDATE counters SET value = value + 1 WHERE id = 2').catch((error: unknown) => error);
      }
      return response;
    });
    try {
      await run((kept) => (manager = kept));
      return await late;
    } finally {
      sent.mockRestore();
    }
  }

  it.each<[string, string, () => ResultAsync<undefined, 'refused'>, number]>([
    ['during the rollback of an Err', 'ROLLBACK', () => errAsync('refused'), 0],
    [
      'during the rollback of a bug',
      'ROLLBACK',
      () => ResultAsync.fromSafePromise(Promise.reject(new Error('bug'))),
      0,
    ],
    ['during the commit', 'COMMIT', () => okAsync(undefined), 1],
  ])('%s is refused, and stores nothing', async (_, ending, outcome, stored) => {
    const late = await lateStatement(ending, (keep) =>
      transactions
        .run((manager) => {
          keep(manager);
          return increment(manager).andThen(outcome);
        })
        .then(
          () => undefined,
          () => undefined,
        ),
    );
    expect(late).toBeInstanceOf(LateStatementError);
    expect(await values()).toEqual([stored, 0]);
  });

  it('in a nested transaction that is still open is not committed', async () => {
    const work = transactions.run((manager) =>
      increment(manager).andThen(() => {
        const opened = new Promise<void>((resolve) => {
          manager
            .transaction(async (nested) => {
              resolve();
              await setImmediate();
              await nested.query('UPDATE counters SET value = value + 1 WHERE id = 2');
            })
            .catch(() => undefined);
        });
        return ResultAsync.fromSafePromise(opened);
      }),
    );
    await expect(work).rejects.toBeInstanceOf(LateStatementError);
    expect(await values()).toEqual([0, 0]);
  });
});

describe('a conflict between transactions', () => {
  it('of serializable transactions is retried until all have succeeded', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () =>
        transactions.run((manager) =>
          statement(manager, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
            .andThen(() => statement(manager, 'SELECT value FROM counters WHERE id = 1'))
            .andThen(() => statement(manager, 'SELECT pg_sleep(0.02)'))
            .andThen(() => increment(manager)),
        ),
      ),
    );
    expect(outcomes.every((outcome) => outcome.isOk())).toBe(true);
    expect(await values()).toEqual([4, 0]);
    expect(observed).toContain('retried serialization');
  });

  it('that is a deadlock is retried until both have succeeded', async () => {
    const outcomes = await Promise.all(
      [
        [1, 2],
        [2, 1],
      ].map(([first, second]) =>
        transactions.run((manager) =>
          increment(manager, first)
            .andThen(() => statement(manager, 'SELECT pg_sleep(0.05)'))
            .andThen(() => increment(manager, second)),
        ),
      ),
    );
    expect(outcomes.every((outcome) => outcome.isOk())).toBe(true);
    expect(await values()).toEqual([2, 2]);
    expect(observed).toContain('retried deadlock');
  });

  it('that persists becomes ServiceUnavailableError after five attempts', async () => {
    let attempts = 0;
    const work = transactions.run((manager) => {
      attempts += 1;
      return statement(manager, `DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`);
    });
    await expect(work).rejects.toBeInstanceOf(ServiceUnavailableError);
    expect(attempts).toBe(5);
    expect(observed).toEqual([...Array<string>(4).fill('retried serialization'), 'exhausted serialization']);
  });

  it('is retried after random delays, whose upper bound doubles', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(1);
    const started = performance.now();
    try {
      await expect(
        transactions.run((manager) =>
          statement(manager, `DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`),
        ),
      ).rejects.toBeInstanceOf(ServiceUnavailableError);
      expect(random).toHaveBeenCalledTimes(4);
    } finally {
      random.mockRestore();
    }
    // 10, 20, 40 and 80 ms; a Node timer may fire less than one ms early.
    expect(performance.now() - started).toBeGreaterThan(146);
  });

  it('is not assumed for any other error', async () => {
    let attempts = 0;
    const work = transactions.run((manager) => {
      attempts += 1;
      return statement(manager, 'SELECT 1 / 0');
    });
    await expect(work).rejects.toThrow();
    expect(attempts).toBe(1);
  });
});

describe('work that the database does not complete', () => {
  it('in time becomes DeadlineExceededError', async () => {
    const work = transactions.run((manager) =>
      statement(manager, 'SET LOCAL statement_timeout = 100').andThen(() => statement(manager, 'SELECT pg_sleep(20)')),
    );
    await expect(work).rejects.toBeInstanceOf(DeadlineExceededError);
  });

  describe('through a network', () => {
    let network: FaultyNetwork;
    let through: DataSource;
    let attempts: number;
    beforeEach(async () => {
      network = await FaultyNetwork.before(database.url);
      attempts = 0;
    });
    afterEach(async () => {
      await through.destroy();
      await network.close();
    });

    /** Increments the first counter, with a pool of this many open connections of which `fault` makes use. */
    async function incrementAfter(fault: () => void, poolSize: number) {
      const { database: options } = aConfiguration({ DATABASE_POOL_SIZE: String(poolSize) });
      through = await createDataSource(network.url, options).initialize();
      await Promise.all(Array.from({ length: poolSize }, () => through.query('SELECT pg_sleep(0.1)')));
      fault();
      return new TransactionRunner(through, observer).run((manager) => {
        attempts += 1;
        return increment(manager);
      });
    }

    it('that has lost idle connections is done with another one', async () => {
      expect((await incrementAfter(() => network.forgetConnections(), 3)).isOk()).toBe(true);
      expect(attempts).toBe(1);
      expect(await values()).toEqual([1, 0]);
      expect(observed).toEqual(Array(3).fill('retried connection'));
    });

    it('that loses one after another is given up', async () => {
      const work = incrementAfter(() => network.forgetConnections(), 8);
      await expect(work).rejects.toBeInstanceOf(ServiceUnavailableError);
      expect(attempts).toBe(0);
      expect(observed).toEqual(Array(4).fill('retried connection'));
    });

    it('that opens no other connection is not tried a third time', async () => {
      await expect(incrementAfter(() => network.goDown(), 1)).rejects.toBeInstanceOf(ServiceUnavailableError);
      expect(observed).toEqual(['retried connection']);
    });
  });

  it('because its session was terminated becomes ServiceUnavailableError, and the next transaction gets another session', async () => {
    const admin = new Client({ connectionString: database.adminUrl });
    await admin.connect();
    const work = transactions.run((manager) =>
      ResultAsync.fromSafePromise(manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid')).andThen(
        ([session]) =>
          ResultAsync.fromSafePromise(admin.query('SELECT pg_terminate_backend($1)', [session!.pid])).andThen(() =>
            increment(manager),
          ),
      ),
    );
    const outcome = await Promise.resolve(work).catch((error: unknown) => error);
    await admin.end();
    expect(outcome).toBeInstanceOf(ServiceUnavailableError);
    expect((await transactions.run((manager) => increment(manager))).isOk()).toBe(true);
  });
});

import type { EventEmitter } from 'node:events';
import { Registry } from 'prom-client';
import { EntitySchema, type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { installQueryTiming } from '../../src/query-timing/core';
import { errorClassOf } from '../../src/query-timing/sql/error-class';
import { createTestDatabase, type TestDatabase } from './support/postgres';
import { Random } from './support/random';
import { recordingLogger } from './support/recording-logger';
import { LOGGING_SETTINGS, ServerLog } from './support/server-log';

/**
 * The server's own books against ours: what pg_stat_statements has counted are the successes, and the ERROR lines of
 * the server's log are the failures. Programs are random; `ORACLE_SEED` and `ORACLE_PROGRAMS` choose others.
 */
const PROGRAMS = Number(process.env['ORACLE_PROGRAMS'] ?? 300);
const SEED = Number(process.env['ORACLE_SEED'] ?? 1);

interface Item {
  id: number;
  name: string;
  amount: number;
}
const ItemEntity = new EntitySchema<Item>({
  name: 'item',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: 'text', unique: true },
    amount: { type: 'int', default: 0 },
  },
});

let database: TestDatabase;
let log: ServerLog;
let dataSource: DataSource;
const registry = new Registry();
const streams = (() => {
  try {
    return !!require.resolve('pg-query-stream');
  } catch {
    return false;
  }
})();

beforeAll(async () => {
  database = await createTestDatabase(LOGGING_SETTINGS);
  log = new ServerLog(database.logPath!);
  dataSource = await database.dataSource({ entities: [ItemEntity], synchronize: true, poolSize: 6 }).initialize();
  await dataSource.query('CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  installQueryTiming(dataSource, { registry, logger: recordingLogger() });
}, 60_000);

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** What a program does that the two books enter differently. */
interface Known {
  /** Statements that failed in the client because the connection was gone before they were sent. */
  neverSent: number;
  /** COMMITs that failed: pg_stat_statements counts them although they are errors. */
  failedCommits: number;
}

const ignore = () => undefined;

/** A piece of a program on one connection. */
type Step = (manager: EntityManager, random: Random, known: Known) => Promise<unknown>;

/**
 * A statement that fails before it runs. The one in front of it makes the server enter the statement before that into
 * its book, which it otherwise forgets when the transaction fails.
 */
const failing =
  (sql: string): Step =>
  async (manager) => {
    await manager.query('SELECT 3').catch(ignore);
    await manager.query(sql).catch(ignore);
  };

const steps: readonly Step[] = [
  (manager) => manager.find(ItemEntity, { take: 3 }),
  (manager, random) => manager.findOneBy(ItemEntity, { id: random.below(50) }),
  (manager, random) => manager.count(ItemEntity, { where: { amount: random.below(5) } }),
  (manager, random) => manager.save(ItemEntity, { name: `item ${random.below(30)}`, amount: 1 }).catch(ignore),
  (manager, random) => manager.insert(ItemEntity, { name: `item ${random.next()}`, amount: random.below(9) }),
  (manager, random) => manager.update(ItemEntity, { amount: random.below(9) }, { amount: random.below(9) }),
  (manager, random) => manager.delete(ItemEntity, { id: random.below(50) }),
  (manager, random) => manager.query('SELECT $1::int + 1', [random.below(9)]),
  failing('SELECT * FROM nowhere'),
  failing('SELECT 1 / 0'),
  (manager) => manager.query("INSERT INTO item (name) VALUES ('twice'), ('twice')").catch(ignore),
  (manager) => manager.query('SELECT pg_sleep(0.001)'),
  (manager) => Promise.all([manager.query('SELECT 1'), manager.query('SELECT 1'), manager.query('SELECT 2')]),
  (manager) => Promise.allSettled([manager.query('SELECT 1'), manager.query('SELEC'), manager.query('SELECT 1')]),
];

const manySteps: Step = async (manager, random, known) => {
  for (let n = random.below(4); n >= 0; n--) await random.pick(steps)(manager, random, known);
};

const inTransaction: Step = (manager, random, known) =>
  manager
    .transaction(async (inside) => {
      await manySteps(inside, random, known);
      if (random.next() < 0.4) await inTransaction(inside, random, known);
      if (random.next() < 0.2) throw new Error('the application changes its mind');
      await manySteps(inside, random, known);
    })
    .catch(ignore);

const onRunner = async <T>(manager: EntityManager, work: (runner: QueryRunner) => Promise<T>): Promise<T> => {
  const runner = manager.dataSource.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
};

/** Waits until the connection executes something that sleeps, then has the superuser stop it. */
async function stop(runner: QueryRunner, how: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<void> {
  const pid = ((await runner.connect()) as { processID: number }).processID;
  for (;;) {
    const { rows } = await database.admin.query(
      `SELECT ${how}(pid) FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep(60)%'`,
      [pid],
    );
    if (rows.length > 0) return;
  }
}

const cancelled: Step = (manager) =>
  onRunner(manager, async (runner) => {
    await runner.connect();
    await Promise.all([runner.query('SELECT pg_sleep(60)').catch(ignore), stop(runner, 'pg_cancel_backend')]);
    await runner.query('SELECT 1');
  });

const killed: Step = (manager, random, known) =>
  onRunner(manager, async (runner) => {
    const connection = (await runner.connect()) as EventEmitter;
    // The pool would hand it out again before it notices that the connection is gone.
    const gone = new Promise((resolve) => connection.once('end', resolve));
    const behind = random.below(3);
    known.neverSent += behind;
    await Promise.all([
      runner.query('SELECT pg_sleep(60)').catch(ignore),
      ...Array.from({ length: behind }, () => runner.query('SELECT 1').catch(ignore)),
      stop(runner, 'pg_terminate_backend'),
    ]);
    await gone;
  });

const commitFails: Step = async (manager, _, known) => {
  known.failedCommits++;
  await manager.transaction((inside) => inside.query('INSERT INTO late VALUES (1), (1)')).catch(ignore);
};

const streamed: Step = (manager, random) =>
  onRunner(manager, async (runner) => {
    const rows = random.pick([0, 1, 50, 500]);
    const end = random.pick(['read', 'close', 'fail'] as const);
    const sql = `SELECT 1 / (${end === 'fail' ? rows : -1} - i) FROM generate_series(0, ${rows}) AS i`;
    try {
      for await (const row of await runner.stream(sql)) if (end === 'close' && row) break;
    } catch {
      // The division by zero.
    }
    await runner.query('SELECT 1');
  });

const pieces: readonly Step[] = [
  manySteps,
  manySteps,
  inTransaction,
  inTransaction,
  (manager, random, known) => onRunner(manager, (runner) => manySteps(runner.manager, random, known)),
  cancelled,
  killed,
  commitFails,
  ...(streams ? [streamed, streamed] : []),
];

async function runProgram(random: Random): Promise<Known> {
  const known: Known = { neverSent: 0, failedCommits: 0 };
  for (let n = random.below(3); n >= 0; n--) {
    const together = Array.from({ length: 1 + random.below(3) }, () => random.pick(pieces));
    await Promise.all(together.map((piece) => piece(dataSource.manager, new Random(random.below(1e9)), known)));
  }
  return known;
}

async function ourBooks() {
  const succeeded: Record<string, number> = {};
  const failed: Record<string, number> = {};
  const seriesOf = async (name: string) => (await registry.getSingleMetric(name)!.get()).values;
  for (const { labels, value } of await seriesOf('db_queries_total')) succeeded[String(labels['query_type'])] = value;
  for (const { labels, value } of await seriesOf('db_query_errors_total')) {
    const kind = String(labels['error_class']);
    failed[kind] = (failed[kind] ?? 0) + value;
    succeeded[String(labels['query_type'])]! -= value;
  }
  return { succeeded, failed };
}

async function serversSuccesses(): Promise<Record<string, number>> {
  const { rows } = await database.admin.query<{ type: string; calls: number }>(
    `SELECT CASE WHEN verb = 'START' THEN 'BEGIN'
                 WHEN verb IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'COMMIT', 'ROLLBACK') THEN verb
                 ELSE 'OTHER' END AS type, sum(calls)::int AS calls
       FROM (SELECT upper(split_part(query, ' ', 1)) AS verb, calls FROM pg_stat_statements
              WHERE userid = $1::regrole AND toplevel) AS statement GROUP BY 1`,
    [database.role],
  );
  return Object.fromEntries(rows.map(({ type, calls }) => [type, calls]));
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);
const nonZero = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

describe('over random programs', () => {
  it(`(${PROGRAMS} of them) the server's books and ours are equal`, async () => {
    const { admin, role } = database;
    const resetStatements = () => admin.query('SELECT pg_stat_statements_reset($1::regrole::oid)', [role]);
    let statements = 0;
    log.failuresOf(role);
    for (let program = 0; program < PROGRAMS; program++) {
      registry.resetMetrics();
      await resetStatements();
      const known = await runProgram(new Random(SEED * 1_000_003 + program));

      const ours = await ourBooks();
      const succeeded = await serversSuccesses();
      if (known.failedCommits > 0) succeeded['COMMIT']! -= known.failedCommits;
      const failed: Record<string, number> = known.neverSent > 0 ? { connection: known.neverSent } : {};
      for (const sqlState of log.failuresOf(role)) {
        // 57014 has one meaning here: nobody sets a time-out.
        const kind = sqlState === '57014' ? 'cancelled' : errorClassOf({ code: sqlState });
        failed[kind] = (failed[kind] ?? 0) + 1;
      }
      const books = { succeeded: nonZero(ours.succeeded), failed: nonZero(ours.failed) };
      expect({ program, ...books }).toEqual({ program, succeeded: nonZero(succeeded), failed });
      statements += sum(ours.succeeded) + sum(ours.failed);
    }
    expect(statements).toBeGreaterThan(PROGRAMS * 5);
  }, 3_600_000);
});

describe('what the server counts in another way', () => {
  const counted = async (work: () => Promise<unknown>) => {
    registry.resetMetrics();
    await database.admin.query('SELECT pg_stat_statements_reset($1::regrole::oid)', [database.role]);
    await work();
    return { ours: sum((await ourBooks()).succeeded), theirs: sum(await serversSuccesses()) };
  };

  it('several statements in one text are one query here and several calls there', async () => {
    expect(await counted(() => dataSource.query('SELECT 1; SELECT 2'))).toEqual({ ours: 1, theirs: 2 });
  });

  it('an empty text, or one of comments, is one query here and no call there', async () => {
    expect(await counted(() => dataSource.query('/* nothing */'))).toEqual({ ours: 1, theirs: 0 });
    expect(await counted(() => dataSource.query(''))).toEqual({ ours: 1, theirs: 0 });
  });

  it('PREPARE and EXECUTE are two queries here and one call there', async () => {
    const prepared = () =>
      onRunner(dataSource.manager, async (runner) => {
        await runner.query('PREPARE p AS SELECT 1');
        await runner.query('EXECUTE p');
      });
    expect(await counted(prepared)).toEqual({ ours: 2, theirs: 1 });
  });

  it('a statement with parameters is forgotten there when the next one in its transaction cannot be parsed', async () => {
    const forgotten = () =>
      dataSource
        .transaction(async (manager) => {
          await manager.query('SELECT $1::int', [1]);
          await manager.query('SELEC');
        })
        .catch(ignore);
    const { ours, theirs } = await counted(forgotten);
    // BEGIN, the statement and ROLLBACK, of which they have two.
    expect([ours, theirs]).toEqual([3, 2]);
  });
});

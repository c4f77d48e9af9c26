import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { errorClassOf } from '../../../src/query-timing/sql/error-class';
import { countsOf, nonZero, sum } from '../support/counts';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ignore, ItemEntity, onRunner, PROGRAMS } from '../support/random-programs';
import { recordingLogger } from '../support/recording-logger';
import { LOGGING_SETTINGS, ServerLog } from '../support/server-log';
import { LATE_TABLE, postgresPrograms } from './postgres-programs';

/**
 * Defines the tests that compare the library's counts with PostgreSQL's: pg_stat_statements counts the successes, and the
 * ERROR lines of the server's log are the failures.
 */
export function describePostgresOracle({ pipelining }: { readonly pipelining: boolean }): void {
  let database: TestDatabase;
  let log: ServerLog;
  let dataSource: DataSource;
  const registry = new Registry();

  beforeAll(async () => {
    database = await createTestDatabase(LOGGING_SETTINGS);
    log = new ServerLog(database.logPath!);
    dataSource = await database
      .dataSource({ entities: [ItemEntity], synchronize: true, poolSize: 6, extra: { pipeline: pipelining } })
      .initialize();
    await dataSource.query(LATE_TABLE);
    installQueryTiming(dataSource, { registry, logger: recordingLogger() });
  }, 60_000);

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

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

  describe('over random programs', () => {
    it(`(${PROGRAMS} of them) the server and the library count the same`, async () => {
      const { admin, role } = database;
      const programs = postgresPrograms(admin, pipelining);
      const resetStatements = () => admin.query('SELECT pg_stat_statements_reset($1::regrole::oid)', [role]);
      let statements = 0;
      log.failuresOf(role);
      for (let program = 0; program < PROGRAMS; program++) {
        registry.resetMetrics();
        await resetStatements();
        const known = await programs.run(program, dataSource);

        const ours = await countsOf(registry);
        const succeeded = await serversSuccesses();
        // pg_stat_statements counts a COMMIT that fails, although it is an error.
        if (known.failedCommits > 0) succeeded['COMMIT']! -= known.failedCommits;
        const failed: Record<string, number> = known.neverSent > 0 ? { connection: known.neverSent } : {};
        for (const sqlState of log.failuresOf(role)) {
          // 57014 means cancelled here: no timeout is set.
          const kind = sqlState === '57014' ? 'cancelled' : errorClassOf({ code: sqlState });
          failed[kind] = (failed[kind] ?? 0) + 1;
        }
        expect({ program, ...ours }).toEqual({ program, succeeded: nonZero(succeeded), failed });
        statements += sum(ours.succeeded) + sum(ours.failed);
      }
      expect(statements).toBeGreaterThan(PROGRAMS * 5);
    }, 3_600_000);
  });

  describe('differences in counting: here (the library) and there (the server)', () => {
    const counted = async (work: () => Promise<unknown>) => {
      registry.resetMetrics();
      await database.admin.query('SELECT pg_stat_statements_reset($1::regrole::oid)', [database.role]);
      await work();
      return { ours: sum((await countsOf(registry)).succeeded), theirs: sum(await serversSuccesses()) };
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

    it('a statement with parameters is not counted there when the next one in its transaction cannot be parsed', async () => {
      const forgotten = () =>
        dataSource
          .transaction(async (manager) => {
            await manager.query('SELECT $1::int', [1]);
            await manager.query('SELEC');
          })
          .catch(ignore);
      const { ours, theirs } = await counted(forgotten);
      // BEGIN, the statement and ROLLBACK; the server counts two.
      expect([ours, theirs]).toEqual([3, 2]);
    });
  });
}

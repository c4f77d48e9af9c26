import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { countsOf, nonZero, sum } from '../support/counts';
import { startMySql, type MySqlFlavour, type TestMySql } from '../support/mysql-family';
import { MySqlStatistics } from '../support/mysql-statistics';
import { ignore, ItemEntity, onRunner, PROGRAMS } from '../support/random-programs';
import { recordingLogger } from '../support/recording-logger';
import { mySqlPrograms, NUMBERS } from './mysql-programs';

/**
 * Defines the tests that compare the library's counts with those of a server: `Questions` counts every statement, and
 * the performance schema has each statement with its error number.
 */
export function describeMySqlOracle(flavour: MySqlFlavour): void {
  let server: TestMySql;
  let statistics: MySqlStatistics;
  let dataSource: DataSource;
  const registry = new Registry();

  beforeAll(async () => {
    server = await startMySql(flavour);
    statistics = new MySqlStatistics(server);
    dataSource = await server.dataSource({ entities: [ItemEntity], synchronize: true, poolSize: 6 }).initialize();
    for (const statement of NUMBERS) await dataSource.query(statement);
    installQueryTiming(dataSource, { registry, logger: recordingLogger() });
  }, 120_000);

  afterAll(async () => {
    await dataSource?.destroy();
    await server?.stop();
  });

  describe('over random programs', () => {
    it(`(${PROGRAMS} of them) the server and the library count the same`, async () => {
      const programs = mySqlPrograms(server);
      let statements = 0;
      for (let program = 0; program < PROGRAMS; program++) {
        registry.resetMetrics();
        await statistics.reset();
        const { neverSent } = await programs.run(program, dataSource);

        const ours = await countsOf(registry);
        const asked = await statistics.statements();
        const { succeeded, failed } = await statistics.byType(asked);
        const expected = { ...failed, connection: (failed['connection'] ?? 0) + neverSent };
        expect({ program, ...ours }).toEqual({ program, succeeded, failed: nonZero(expected) });
        expect({ program, asked }).toEqual({ program, asked: sum(ours.succeeded) + sum(ours.failed) - neverSent });
        statements += asked;
      }
      expect(statements).toBeGreaterThan(PROGRAMS * 5);
    }, 3_600_000);
  });

  describe('differences in counting: here (the library) and there (the server)', () => {
    const counted = async (work: () => Promise<unknown>) => {
      registry.resetMetrics();
      await statistics.reset();
      await work().catch(ignore);
      const { succeeded, failed } = await countsOf(registry);
      return { ours: sum(succeeded) + sum(failed), theirs: await statistics.statements() };
    };

    it('an empty text, or one of comments, is one query, here and there', async () => {
      expect(await counted(() => dataSource.query('/* nothing */'))).toEqual({ ours: 1, theirs: 1 });
      expect(await counted(() => dataSource.query(''))).toEqual({ ours: 1, theirs: 1 });
    });

    it('PREPARE and EXECUTE are two queries, here and there', async () => {
      const prepared = () =>
        onRunner(dataSource.manager, async (runner) => {
          await runner.query("PREPARE p FROM 'SELECT 1'");
          await runner.query('EXECUTE p');
        });
      expect(await counted(prepared)).toEqual({ ours: 2, theirs: 2 });
    });

    it('several statements in one text are one query here and several there', async () => {
      const several = await server.dataSource({ multipleStatements: true }).initialize();
      installQueryTiming(several, { registry, logger: recordingLogger() });
      expect(await counted(() => several.query('SELECT 1; SELECT 2; SELECT 3'))).toEqual({ ours: 1, theirs: 3 });
      await several.destroy();
    });
  });
}

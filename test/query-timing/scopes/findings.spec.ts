import { EntitySchema } from 'typeorm';
import { runInScope, type ScopeOptions } from '../../../src/query-timing/core';
import { scoped } from '../support/scoped';

const SELECT = 'SELECT name FROM authors WHERE id = $1';

/** Runs the statements one after the other as one unit of work with these options. */
async function run(scopes: ScopeOptions | true, statements: readonly string[], options = {}) {
  const { dataSource, closed, logger, timing } = await scoped({ scopes, ...options });
  const work = async () => {
    for (const statement of statements) await dataSource.query(statement);
  };
  await runInScope('authors', work, { requestId: 'r-1' });
  timing.uninstall();
  const lines = logger.entries.filter(({ operation }) => operation !== 'DB_QUERY_TIMING');
  return { findings: closed[0]!.findings, lines };
}

const times = (count: number, statement: string) => Array.from({ length: count }, () => statement);

describe('a statement that is repeated in a unit of work', () => {
  it('is found from the tenth time on, and logged once with its count', async () => {
    const { findings, lines } = await run(true, [...times(21, SELECT), ...times(9, 'SELECT 1')]);
    expect(findings).toEqual([
      expect.objectContaining({ kind: 'repeated_statement', statement: SELECT, count: 21, type: 'SELECT' }),
    ]);
    expect(lines).toEqual([
      expect.objectContaining({
        operation: 'DB_REPEATED_STATEMENT',
        scope: 'authors',
        request_id: 'r-1',
        count: 21,
        statement: SELECT,
        fingerprint: (findings[0] as { fingerprint: string }).fingerprint,
      }),
    ]);
  });

  it('is the same one with other literals, but not with a list of several values, which is a batch', async () => {
    const withLists = (lengths: number[]) =>
      lengths.map((length, i) => `SELECT 1 FROM a WHERE b IN (${times(length, `${i}`).join()})`);
    const { findings } = await run({ repeated: 3 }, [...withLists([1, 2, 1, 3, 1]), ...withLists([2, 2, 2])]);
    expect(findings).toMatchObject([{ count: 3, statement: 'SELECT ? FROM a WHERE b IN (?)' }]);
  });

  it('is not found below the limit, when it is ignored, and when it controls a transaction', async () => {
    expect((await run({ repeated: 5 }, times(4, SELECT))).findings).toEqual([]);
    const ignored = await run({ repeated: 2, ignoreRepeated: ['FROM authors'] }, times(4, SELECT));
    expect(ignored).toEqual({ findings: [], lines: [] });
    expect((await run({ repeated: 2 }, times(4, 'SAVEPOINT a'))).findings).toEqual([]);
  });

  it.each([
    ['as they are by default', {}, 'query-result-cache', 'migrations'],
    [
      'with other names',
      { cache: { type: 'database', tableName: 'kept' }, migrationsTableName: 'app.steps' },
      'kept',
      'steps',
    ],
  ])('is not found in the tables of TypeORM itself, %s', async (_, options, cache, migrations) => {
    const { dataSource, closed, timing } = await scoped({}, undefined, options);
    const statements = [
      `SELECT "cache"."result" AS "cache_result" FROM "${cache}" "cache" WHERE "cache"."query" = $1`,
      `INSERT INTO "${cache}"("query", "result") VALUES ($1, $2)`,
      SELECT,
      `INSERT INTO "app"."${migrations}"("timestamp", "name") VALUES ($1, $2)`,
      'INSERT INTO "typeorm_metadata"("database", "value") VALUES ($1, $2)',
    ];
    await runInScope('work', async () => {
      for (const statement of statements.flatMap((one) => times(12, one))) await dataSource.query(statement, [1]);
    });
    timing.uninstall();
    expect(closed[0]!.findings).toMatchObject([{ statement: SELECT }]);
  });

  it('is found in a table of the application that has such a name', async () => {
    const Migration = new EntitySchema<{ id: number }>({
      name: 'Migration',
      tableName: 'migrations',
      columns: { id: { type: Number, primary: true } },
    });
    const { dataSource, closed, timing } = await scoped({}, undefined, { entities: [Migration] });
    await runInScope('work', async () => {
      for (let id = 0; id < 12; id++) await dataSource.query('SELECT id FROM migrations WHERE id = $1', [id]);
    });
    timing.uninstall();
    expect(closed[0]!.findings).toMatchObject([{ lookup: expect.stringContaining('Migration') as string }]);
  });

  it('is found although more than a hundred different ones came before it', async () => {
    const others = Array.from({ length: 120 }, (_, i) => `SELECT a${i} FROM b`);
    const { findings } = await run(true, [...others, ...times(12, SELECT)]);
    expect(findings).toMatchObject([{ statement: SELECT, count: 12 }]);
  });

  it('has not the same parameters where other values are written in its text', async () => {
    const { dataSource, closed, timing } = await scoped();
    const findingsOf = async (sql: (i: number) => string, parameters?: unknown[]) => {
      await runInScope('authors', async () => {
        for (let i = 0; i < 12; i++) await dataSource.query(sql(i), parameters);
      });
      return closed.pop()!.findings;
    };
    for (const parameters of [['new'], undefined]) {
      const state = parameters === undefined ? `'new'` : '$1';
      const found = await findingsOf(
        (i) => `SELECT name FROM authors WHERE id = ${i} AND state = ${state}`,
        parameters,
      );
      expect(found).toEqual([expect.not.objectContaining({ sameParameters: true })]);
      const same = await findingsOf(() => `SELECT name FROM authors WHERE id = 5 AND state = ${state}`, parameters);
      expect(same).toMatchObject([{ sameParameters: true, count: 12 }]);
    }
    timing.uninstall();
  });

  it('is found although each is sent after the same setting, such as that of a tenant', async () => {
    const { dataSource, closed, timing } = await scoped();
    const settings = [
      (tenant: string) => dataSource.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]),
      (tenant: string) => dataSource.query(`SET LOCAL search_path TO ${tenant}`),
      (tenant: string) => dataSource.query(`SELECT set_config('app.tenant', '${tenant}', $1)`, [true]),
    ];
    const repeatedIn = async (set: (tenant: string) => Promise<unknown>, tenantOf: (i: number) => string) => {
      await runInScope('authors', async () => {
        for (let i = 0; i < 12; i++) {
          await set(tenantOf(i));
          await dataSource.query(SELECT, [i]);
        }
      });
      return closed.pop()!.findings;
    };
    for (const set of settings) {
      expect(await repeatedIn(set, () => 'one')).toMatchObject([{ statement: SELECT, count: 12 }]);
      expect(await repeatedIn(set, (i) => `tenant_${i}`)).toEqual([]);
    }
    timing.uninstall();
  });

  it('is logged beside the other findings, although the logger refuses one of them', async () => {
    const lines: unknown[] = [];
    const logger = {
      warn: ({ operation, statement }: { operation?: string; statement?: string }) => {
        if (statement === SELECT) throw new Error('refused');
        if (operation !== 'DB_QUERY_TIMING') lines.push([operation, statement]);
      },
    };
    const statements = [...times(3, SELECT), ...times(3, 'SELECT a FROM books')];
    await run({ repeated: 3, budget: { statements: 5 } }, statements, { logger });
    expect(lines).toEqual([
      ['DB_REPEATED_STATEMENT', 'SELECT a FROM books'],
      ['DB_QUERY_BUDGET', undefined],
    ]);
  });

  it('is logged as often as the limits of the slow-query log allow', async () => {
    const { dataSource, logger, timing } = await scoped({ scopes: { repeated: 2 }, slowLogPerStatement: 2 });
    for (let i = 0; i < 5; i++) {
      await runInScope('authors', async () => {
        for (const statement of times(2, SELECT)) await dataSource.query(statement);
      });
    }
    timing.uninstall();
    expect(logger.entries.filter(({ operation }) => operation === 'DB_REPEATED_STATEMENT')).toHaveLength(2);
  });
});

describe('the budget of a unit of work', () => {
  it('is exceeded by more statements, more repetitions and more time than it allows', async () => {
    const { findings, lines } = await run({ budget: { statements: 2, repeated: 0, ms: 0 } }, times(3, SELECT));
    expect(findings).toEqual([
      {
        kind: 'exceeded_budget',
        exceeded: [
          { limit: 'statements', allowed: 2, actual: 3 },
          { limit: 'repeated', allowed: 0, actual: 2 },
          { limit: 'ms', allowed: 0, actual: expect.any(Number) as number },
        ],
      },
    ]);
    expect(lines).toEqual([
      expect.objectContaining({
        operation: 'DB_QUERY_BUDGET',
        scope: 'authors',
        statements: 3,
        statements_allowed: 2,
        repeated_used: 2,
      }),
    ]);
  });

  it('is not exceeded by exactly what it allows, nor by repetitions that are ignored', async () => {
    expect((await run({ budget: { statements: 2, repeated: 1 } }, times(2, SELECT))).findings).toEqual([]);
    const ignored = await run({ budget: { repeated: 0 }, ignoreRepeated: [/authors/] }, times(3, SELECT));
    expect(ignored.findings).toEqual([]);
  });
});

import type { DataSource } from 'typeorm';
import { capturing, type Capturing } from '../../query-timing/explain/capturing';
import { createDatabaseOn, type TestDatabase } from '../../query-timing/support/postgres';
import { POSTGRES_15_WITH_HYPOPG, startTranslatedPostgres } from './support/debian-postgres';

describe('on a PostgreSQL 15 with HypoPG, a hint', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let plans: Capturing;

  beforeAll(async () => {
    database = await createDatabaseOn(await startTranslatedPostgres(POSTGRES_15_WITH_HYPOPG));
    await database.admin.query('CREATE EXTENSION hypopg');
    dataSource = database.dataSource();
    await dataSource.initialize();
    await dataSource.query(
      'CREATE TABLE books AS SELECT n AS id, n % 2000 AS author, 7 AS same FROM generate_series(1, 50000) AS n',
    );
    await dataSource.query('SELECT pg_stat_force_next_flush()');
    await dataSource.query('ANALYZE books');
    plans = capturing(dataSource);
  }, 120_000);
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('is verified by the planner', async () => {
    const [plan] = await plans.plansOf(() => dataSource.query('SELECT * FROM books WHERE author = $1', [1]));
    const [finding] = plan!.findings;
    expect(finding).toMatchObject({
      index: 'CREATE INDEX ON public.books (author)',
      hint: expect.stringContaining('verified'),
    });
    expect(finding!.verified!.after).toBeLessThan(finding!.verified!.before / 2);
  });

  it('names no index that the planner would not use', async () => {
    await plans.plansOf(() => dataSource.query('SELECT * FROM books WHERE same = $1', [7]));
    const line = plans.entries.filter(({ operation }) => operation === 'DB_QUERY_PLAN').at(-1)!;
    expect(line['plan']).toContain('HypoPG: an index on these columns would not be used');
    expect(line['plan']).not.toContain('CREATE INDEX');
  });

  it('leaves no index in the database', async () => {
    const { rows } = await database.admin.query('SELECT count(*)::int AS n FROM pg_indexes WHERE tablename = $1', [
      'books',
    ]);
    expect(rows).toEqual([{ n: 0 }]);
    const again = await plans.plansOf(() => dataSource.query('SELECT id FROM books WHERE author = $1', [1]));
    expect(again.some(({ nodes }) => nodes.some(({ operation }) => operation.includes('Index')))).toBe(false);
  });
});

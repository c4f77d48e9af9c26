import { refused, watching } from './watching';
import { createTestDatabase, type TestDatabase } from './postgres';
import { startPgBouncer, type TestPgBouncer } from './pgbouncer';

/**
 * Defines the tests of the library behind a PgBouncer with transaction pooling.
 *
 * @param suite the release of Debian that has the PgBouncer; default: the machine's own
 */
export function describePgBouncer(suite?: string): void {
  let database: TestDatabase;
  let bouncer: TestPgBouncer;
  beforeAll(async () => {
    database = await createTestDatabase();
    bouncer = await startPgBouncer(database.url, { suite, settings: { query_timeout: 1 } });
  }, 120_000);
  afterAll(async () => {
    await bouncer?.stop();
    await database?.drop();
  });
  const watched = watching((more) => bouncer.dataSource(more));

  it('each statement is counted once', async () => {
    const { dataSource, seen } = await watched();
    // Only its own: the tests of other files count on the same server.
    await database.admin.query('SELECT pg_stat_statements_reset($1::regrole::oid)', [database.role]);
    await dataSource.transaction(async (manager) => void (await manager.query('SELECT $1::int', [7])));
    await refused(dataSource.query('SELECT * FROM nowhere'));
    await Promise.all(Array.from({ length: 20 }, () => dataSource.query('SELECT 1')));
    expect(seen).toHaveLength(24);
    const { rows } = await database.admin.query<{ calls: number }>(
      'SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE userid = $1::regrole',
      [database.role],
    );
    expect(rows[0]!.calls).toBe(23); // Without the failure.
  });

  it('a statement that exceeds its query_timeout has the class timeout', async () => {
    const { dataSource, seen } = await watched();
    await refused(dataSource.query('SELECT pg_sleep(5)'));
    expect(seen.map(({ errorClass }) => errorClass)).toEqual(['timeout']);
  });
}

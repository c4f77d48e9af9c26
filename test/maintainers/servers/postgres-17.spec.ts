import { createDatabaseOn, type TestDatabase } from '../../query-timing/support/postgres';
import { refused, watching } from '../../query-timing/support/watching';
import { POSTGRES_17, startTranslatedPostgres } from './support/debian-postgres';

describe('on a PostgreSQL 17 with its catalogues of messages', () => {
  let database: TestDatabase;
  let languages: readonly string[];
  beforeAll(async () => {
    const server = await startTranslatedPostgres(POSTGRES_17);
    languages = server.languages;
    database = await createDatabaseOn(server);
  }, 120_000);
  afterAll(() => database?.drop());
  const watched = watching((more) => database.dataSource(more));

  it('distinguishes a cancel from a time-out in every language', async () => {
    const classes: Record<string, unknown> = {};
    const messages = new Set<string>();
    for (const language of languages) {
      await database.admin.query(`ALTER ROLE ${database.role} SET lc_messages = '${language}'`);
      const { dataSource, seen } = await watched({ extra: { max: 1 } });
      const runner = dataSource.createQueryRunner();
      const { processID: pid } = (await runner.connect()) as { processID: number };
      const cancelled = refused(runner.query('SELECT pg_sleep(60)'));
      let rows: unknown[] = [];
      while (rows.length === 0) {
        ({ rows } = await database.admin.query(
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'",
          [pid],
        ));
      }
      messages.add(await cancelled);
      await runner.query('SET statement_timeout = 10');
      messages.add(await refused(runner.query('SELECT pg_sleep(60)')));
      await runner.release();
      classes[language] = seen.filter(({ failed }) => failed).map(({ errorClass }) => errorClass);
    }
    expect(classes).toEqual(Object.fromEntries(languages.map((language) => [language, ['cancelled', 'timeout']])));
    expect(messages.size).toBeGreaterThan(languages.length);
  }, 120_000);
});

import type { DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { recordingLogger } from '../support/recording-logger';
import type { TestDatabase } from '../support/postgres';
import { capturing, type Capturing } from './capturing';

interface Context {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
  readonly plans: Capturing;
}

/** The statements of this process beside those of a PostgreSQL. */
export function describeServerStatements(context: () => Context): void {
  /** Forgets what the server has counted in this database. */
  const reset = () =>
    context().database.admin.query(
      'SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()',
    );
  const counted = async (like: string) => {
    const { rows } = await context().database.admin.query<{ query: string }>(
      // Other tests use other databases of the same server.
      `SELECT query FROM pg_stat_statements JOIN pg_database ON dbid = pg_database.oid
        WHERE datname = current_database() AND query LIKE $1`,
      [like],
    );
    return rows.map(({ query }) => query);
  };

  it('are beside those of this process', async () => {
    const { dataSource, plans } = context();
    await dataSource.query('SELECT id FROM books WHERE id IN ($1, $2)', [1, 2]);
    await dataSource.query('SELECT id FROM books WHERE id IN ($1)', [1]);
    const { source, statements, notes } = await plans.timing.serverStatements();
    const list = statements.find(({ statement }) => statement === 'SELECT id FROM books WHERE id IN ($1)')!;
    expect(source).toBe('pg_stat_statements');
    expect(list).toMatchObject({ calls: 2, server: { calls: 2, rows: 3 } });
    expect(list.outsideMs).toBe(list.meanMs - list.server!.meanMs);
    expect(notes.length).toBeGreaterThan(0);
  });

  it('are read in a transaction that only reads, with a time limit', async () => {
    await reset();
    await context().plans.timing.serverStatements();
    expect(await counted('BEGIN READ ONLY')).toHaveLength(1);
    expect(await counted('SET LOCAL statement_timeout = %')).toHaveLength(1);
  });

  it('explain what differs: other roles, hidden texts, and statements that functions run', async () => {
    const { database, plans } = context();
    for (const sql of [
      `CREATE FUNCTION nested() RETURNS bigint LANGUAGE plpgsql AS
         'BEGIN RETURN (SELECT count(*) FROM books WHERE year = 3); END'`,
      "SET pg_stat_statements.track = 'all'",
    ])
      await database.admin.query(sql);
    await reset();
    await database.admin.query('SELECT nested()');
    const hidden = await plans.timing.serverStatements();
    expect(hidden.others).toEqual([]);
    expect(hidden.notes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Statements of other roles/),
        expect.stringMatching(/^The texts of \d+ statements of other roles are hidden/),
      ]),
    );
    await database.admin.query(`GRANT pg_read_all_stats TO ${database.role}`);
    const shown = await plans.timing.serverStatements();
    const others = shown.others.map(({ statement }) => statement);
    expect(others).toContain('SELECT nested()');
    // Of the test itself, and nothing of the library, of functions or of other databases.
    expect(others.filter((one) => !/nested\(\)|pg_stat_statements_reset|^GRANT/.test(one))).toEqual([]);
    expect(shown.notes).toContainEqual(expect.stringMatching(/^\d+ statements that functions run are left out/));
    await database.admin.query('RESET pg_stat_statements.track');
  });

  it('have the time for planning, if the server measures it, and it is not outside', async () => {
    const { database } = context();
    await database.admin.query(`ALTER ROLE ${database.role} SET pg_stat_statements.track_planning = on`);
    const other = await database.dataSource().initialize();
    try {
      const { timing } = capturing(other);
      const sql = 'SELECT id FROM books WHERE author = $1 AND year = $2';
      await other.query(sql, [1, 2]);
      const { statements } = await timing.serverStatements();
      const { server, meanMs, outsideMs } = statements.find(({ statement }) => statement === sql)!;
      expect(server!.planningMs).toBeGreaterThan(0);
      expect(outsideMs).toBe(meanMs - server!.meanMs - server!.planningMs!);
    } finally {
      await other.destroy();
    }
  });

  it('have the waits for the pool and for other statements, which are not in the time here', async () => {
    const other = await context()
      .database.dataSource({ extra: { max: 1 } })
      .initialize();
    try {
      // Fast statements are counted in another way than slow ones.
      const timing = installQueryTiming(other, { logger: recordingLogger() });
      const [waits, follows] = ['SELECT title FROM books WHERE id = $1', 'SELECT author FROM books WHERE id = $1'];
      const holder = other.createQueryRunner();
      await holder.connect();
      const waiting = other.query(waits, [1]);
      await holder.query('SELECT pg_sleep(0.04)');
      await holder.release();
      await waiting;
      await other.transaction((manager) =>
        Promise.all([manager.query('SELECT pg_sleep(0.03)'), manager.query(follows, [1])]),
      );
      const { statements } = await timing.serverStatements();
      const [first, second] = [waits, follows].map((sql) => statements.find(({ statement }) => statement === sql)!);
      expect([first!.queuedMs, second!.poolMs]).toEqual([0, 0]);
      expect(first!.poolMs).toBeGreaterThan(30);
      expect(second!.queuedMs).toBeGreaterThan(20);
      expect(first!.meanMs).toBeLessThan(first!.poolMs);
    } finally {
      await other.destroy();
    }
  });

  it('say what to do about an extension that is older than the server', async () => {
    const { database, plans } = context();
    await database.admin.query('DROP EXTENSION pg_stat_statements');
    await database.admin.query(`CREATE EXTENSION pg_stat_statements VERSION '1.8'`);
    try {
      const { reason } = await plans.timing.serverStatements();
      expect(reason).toContain('ALTER EXTENSION pg_stat_statements UPDATE');
    } finally {
      await database.admin.query('ALTER EXTENSION pg_stat_statements UPDATE');
    }
  });

  it('say why there are none', async () => {
    const { database, plans } = context();
    await database.admin.query('DROP EXTENSION pg_stat_statements');
    try {
      const { source, reason, statements } = await plans.timing.serverStatements();
      expect(source).toBeUndefined();
      expect(reason).toContain('CREATE EXTENSION pg_stat_statements');
      expect(statements.length).toBeGreaterThan(0);
    } finally {
      await database.admin.query('CREATE EXTENSION pg_stat_statements');
    }
  });

  it('say why there are none without the message of the server, which may have values', async () => {
    const { database } = context();
    const other = await database.dataSource().initialize();
    try {
      const { timing } = capturing(other);
      const { master } = other.driver as unknown as { master: { options: object } };
      const elsewhere = new URL(database.url);
      elsewhere.pathname = '/a_secret_name';
      Object.assign(master.options, { connectionString: elsewhere.href });
      const { reason } = await timing.serverStatements();
      expect(reason).toBe('The figures of the server could not be read (3D000).');
    } finally {
      await other.destroy();
    }
  });
}

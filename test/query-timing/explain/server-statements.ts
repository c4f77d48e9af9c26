import { Client } from 'pg';
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
    expect(hidden.notes).toContainEqual(
      expect.stringMatching(/^The texts of \d+ statements of other roles are hidden/),
    );
    expect(hidden.notes.join()).not.toContain('Statements of other roles are part');
    await database.admin.query(`GRANT pg_read_all_stats TO ${database.role}`);
    const shown = await plans.timing.serverStatements();
    const others = shown.others.map(({ statement }) => statement);
    expect(others).toContain('SELECT nested()');
    // Of the test itself, and nothing of the library, of functions or of other databases.
    expect(others.filter((one) => !/nested\(\)|pg_stat_statements_reset|^GRANT/.test(one))).toEqual([]);
    expect(shown.notes).toContain('Statements of other roles are part of the figures.');
    expect(shown.notes).toContainEqual(expect.stringMatching(/^\d+ statements that functions run are left out/));
    await database.admin.query('RESET pg_stat_statements.track');
  });

  describe('of several roles', () => {
    const sql = 'SELECT title FROM books WHERE year = $1 AND kind = $2';
    let other: Client;
    beforeAll(async () => {
      const { database } = context();
      await database.admin.query(`CREATE ROLE ${database.role}_b SUPERUSER LOGIN PASSWORD 'b'`);
      const url = new URL(database.url);
      [url.username, url.password] = [`${database.role}_b`, 'b'];
      other = new Client({ connectionString: url.href });
      await other.connect();
    });
    afterAll(async () => {
      const { database } = context();
      await other.end();
      await database.admin.query(`DROP ROLE ${database.role}_b`);
      await database.admin.query(`REVOKE pg_read_all_stats FROM ${database.role}`);
    });
    const both = async () => {
      context().plans.timing.resetStats();
      await reset();
      await context().dataSource.query(sql, [1, 1]);
      await other.query(sql, [1, 1]);
      await other.query('SELECT pg_sleep(0.2)');
      const { statements, notes } = await context().plans.timing.serverStatements();
      return { figures: statements.find(({ statement }) => statement === sql)!.server!, notes };
    };

    it('have a share of all, also of those whose texts are hidden', async () => {
      await context().database.admin.query(`REVOKE pg_read_all_stats FROM ${context().database.role}`);
      const { figures, notes } = await both();
      expect(figures).toMatchObject({ calls: 1, entries: 1 });
      expect(figures.share).toBeLessThan(0.5);
      expect(notes).toContainEqual(expect.stringMatching(/of other roles are hidden, and they are left out/));
      expect(notes).not.toContain('Statements of other roles are part of the figures.');
    });

    it('are added up, and the roles are why', async () => {
      await context().database.admin.query(`GRANT pg_read_all_stats TO ${context().database.role}`);
      const { figures, notes } = await both();
      expect(figures).toMatchObject({ calls: 2, entries: 2 });
      expect(notes).toContain('Statements of other roles are part of the figures.');
      expect(notes.join()).not.toMatch(/length of a list|what is one text/);
    });
  });

  it('that differ in what is one text here are added up, and they say so', async () => {
    const { dataSource, plans } = context();
    plans.timing.resetStats();
    await reset();
    await dataSource.query('SELECT title FROM books WHERE id = $1', [1]);
    await dataSource.query('SELECT title FROM books WHERE id = 1');
    const { statements, notes } = await plans.timing.serverStatements();
    const one = statements.find(({ statement }) => statement === 'SELECT title FROM books WHERE id = $1')!;
    expect(one.server).toMatchObject({ calls: 2, entries: 2 });
    expect(notes).toContainEqual(expect.stringMatching(/differ in what is one text here/));
    expect(notes.join()).not.toMatch(/length of a list|other roles are part/);
  });

  it('say that the server has fewer calls of a statement, after a reset of it', async () => {
    const { dataSource, plans } = context();
    const said = async () => (await plans.timing.serverStatements()).notes.filter((note) => /fewer calls/.test(note));
    plans.timing.resetStats();
    await reset();
    const sql = 'SELECT kind FROM books WHERE id = $1';
    await dataSource.query(sql, [1]);
    expect(await said()).toEqual([]);
    await reset();
    await dataSource.query(sql, [1]);
    expect(await said()).toEqual([expect.stringMatching(/^Statements with fewer calls on the server than here: 1\./)]);
  });

  it.each([
    ["pg_stat_statements.track = 'none'", 'pg_stat_statements.track = none'],
    ['compute_query_id = off', 'compute_query_id = off'],
  ])('say that the server counts nothing with %s', async (setting, words) => {
    const { database } = context();
    await database.admin.query(`ALTER ROLE ${database.role} SET ${setting}`);
    const other = await database.dataSource().initialize();
    try {
      const { notes } = await capturing(other).timing.serverStatements();
      expect(notes).toContain(`The server counts no statement of this role: ${words}.`);
    } finally {
      await other.destroy();
      await database.admin.query(`ALTER ROLE ${database.role} RESET ALL`);
      await database.admin.query(`ALTER ROLE ${database.role} SET lc_messages = 'C'`);
    }
    expect((await context().plans.timing.serverStatements()).notes.join()).not.toContain('counts no statement');
  });

  it('say which privileges are missing', async () => {
    const { database, plans } = context();
    await database.admin.query('DROP EXTENSION pg_stat_statements');
    await database.admin.query('CREATE SCHEMA "Its own"');
    await database.admin.query('CREATE EXTENSION pg_stat_statements SCHEMA "Its own"');
    try {
      expect((await plans.timing.serverStatements()).reason).toContain('GRANT USAGE on its schema');
      await database.admin.query(`GRANT USAGE ON SCHEMA "Its own" TO ${database.role}`);
      expect((await plans.timing.serverStatements()).source).toBe('pg_stat_statements');
      await database.admin.query('REVOKE SELECT ON "Its own".pg_stat_statements FROM PUBLIC');
      expect((await plans.timing.serverStatements()).reason).toContain('SELECT on pg_stat_statements');
    } finally {
      await database.admin.query('DROP EXTENSION pg_stat_statements');
      await database.admin.query('DROP SCHEMA "Its own"');
      await database.admin.query('CREATE EXTENSION pg_stat_statements');
    }
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

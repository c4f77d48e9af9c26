import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import type { DataSource } from 'typeorm';
import { plannerFor } from '../../../src/query-timing/explain/planner';
import { explainText } from '../../../src/query-timing/page/client/explain-text';
import { startMySql, type MySqlFlavour, type TestMySql } from '../support/mysql-family';
import { Random } from '../support/random';
import { capturing, type Capturing } from './capturing';

const ROWS = 20_000;
const TABLES = [
  `CREATE TABLE books (id int PRIMARY KEY AUTO_INCREMENT, title varchar(100), author int, year int, code varchar(20),
     made datetime, uuid char(36), doc json, UNIQUE (uuid), KEY by_year (year, code), KEY made_at (made))`,
  'CREATE TABLE authors (id int PRIMARY KEY, name varchar(100))',
  'CREATE TABLE log (a int)',
  'CREATE TABLE digits (d int PRIMARY KEY)',
  'INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)',
  'CREATE VIEW numbers AS SELECT a.d + 10 * b.d + 100 * c.d AS n FROM digits a JOIN digits b JOIN digits c',
  `INSERT INTO books (title, author, year, code, made, uuid, doc)
   SELECT concat('title ', n), n % 1000, n % 30, concat('c', n % 500), '2020-01-01' + interval n minute, uuid(), '{}'
     FROM (SELECT n + 1000 * (t.d + 10 * u.d) AS n FROM numbers JOIN digits t JOIN digits u WHERE u.d < 2) AS s
    WHERE n < ${ROWS}`,
  `INSERT INTO authors SELECT n, concat('name ', n) FROM numbers`,
  'CREATE TABLE `rank` (`order` int)',
  'INSERT INTO `rank` SELECT id FROM books',
  'ANALYZE TABLE books, authors, `rank`',
];

interface GuideHint {
  readonly kind: string;
  readonly slow: string;
  readonly fix: string;
}

/** The table of the query guide about these servers. */
function hintsOfTheGuide(): GuideHint[] {
  const page = readFileSync(join(__dirname, '../../../docs/guides/QUERY-OPTIMIZATION-GUIDE.md'), 'utf8');
  const section = page.slice(page.indexOf('### MySQL and MariaDB'));
  const rows = section.matchAll(/^\| `([a-z-]+)` +\| `(SELECT [^`]+)` +\| `([^`]+)` +\|$/gm);
  return [...rows].map(([, kind, slow, fix]) => ({ kind: kind!, slow: slow!, fix: fix! }));
}

/** The plans of slow statements on a server of the MySQL family. */
export function describeMySqlPlans(flavour: MySqlFlavour): void {
  let server: TestMySql;
  let dataSource: DataSource;
  let plans: Capturing;

  beforeAll(async () => {
    server = await startMySql(flavour);
    for (const sql of ['USE timing', ...TABLES]) await server.admin.query(sql);
    dataSource = await server.dataSource().initialize();
    plans = capturing(dataSource);
  }, 120_000);
  afterAll(async () => {
    if (dataSource?.isInitialized) await dataSource.destroy();
    await server?.stop();
  });

  const rowsOf = async (sql: string): Promise<RowDataPacket[]> => (await server.admin.query<RowDataPacket[]>(sql))[0];
  const lastPlan = () => plans.entries.filter(({ operation }) => operation === 'DB_QUERY_PLAN').at(-1)!;

  it('says in words what is slow and which index to try', async () => {
    await plans.plansOf(() => dataSource.query('SELECT * FROM books b WHERE b.author = ?', [7]));
    const { plan, fingerprint } = lastPlan();
    expect(plan).toMatch(/^reads all ~[\d,]+ rows of books for .*author.* = \?.*: an index: /);
    expect(plans.planOf(fingerprint)).toMatchObject({
      nodes: [{ depth: 0, operation: 'ALL', table: 'b', conditions: [expect.stringMatching(/^attached condition: /)] }],
      findings: [{ kind: 'sequential-scan', index: 'ALTER TABLE books ADD INDEX (author)', verified: undefined }],
      basis: expect.stringContaining('neutral values'),
    });
    expect(plans.planOf(fingerprint)!.findings[0]!.hint).toContain('a guess, not verified');
  });

  it.each<[string, unknown[], string, RegExp]>([
    ['SELECT * FROM books WHERE uuid = ?', [5], 'index-not-used', /uuid is a text and is compared with a number/],
    [
      'SELECT * FROM books WHERE code = ? AND title < ?',
      ['a', 'b'],
      'index-not-used',
      /begins with code.*\(code, title\)/,
    ],
    ['SELECT * FROM books WHERE lower(title) = ?', ['a'], 'index-not-used', /\(\) is applied to title/],
    ["SELECT * FROM books WHERE title LIKE '%a'", [], 'index-not-used', /begins with a wildcard/],
    ['SELECT * FROM books WHERE title = ? FOR UPDATE', ['a'], 'sequential-scan', /\(title\)/],
    ['SELECT * FROM books WHERE year <> ? ORDER BY title DESC LIMIT ?', [1, 5], 'sort', /to return the first of them/],
    ['SELECT title, count(*) FROM books GROUP BY title ORDER BY 2', [], 'temporary-table', /in a temporary table/],
    [
      'SELECT a.name, (SELECT count(*) FROM books b WHERE b.title = a.name) FROM authors a WHERE a.id < ?',
      [3],
      'nested-loop',
      /for each row of the statement around it, reads all .*\(title\)/,
    ],
    ['UPDATE books SET title = ? WHERE author = ? AND year > ?', ['a', -1, 5], 'sequential-scan', /\(author\b/],
    [
      'DELETE FROM books WHERE title = ? AND author = ?',
      ['a', -1],
      'sequential-scan',
      /\((?:title, author|author, title)\)/,
    ],
    ['INSERT INTO log SELECT id FROM books WHERE author = ?', [-1], 'sequential-scan', /\(author\)/],
    [
      'SELECT * FROM books WHERE author NOT IN (SELECT id FROM authors WHERE name = ?) AND title = ?',
      ['a', 'b'],
      'sequential-scan',
      /reads all ~[\d,]+ rows of books for [^;]*title[^;]*: an index: ALTER TABLE books ADD INDEX \(title\)/,
    ],
    ['SELECT * FROM `rank` WHERE `order` = ?', [1], 'sequential-scan', /ALTER TABLE `rank` ADD INDEX \(`order`\)/],
  ])('%s: %s', async (sql, parameters, kind, words) => {
    await plans.plansOf(() => dataSource.query(sql, parameters));
    const { plan, fingerprint } = lastPlan();
    expect(plan).toMatch(words);
    const shown = plans.planOf(fingerprint);
    if (shown) expect(shown.findings.map((finding) => finding.kind)).toContain(kind);
  });

  it.each(hintsOfTheGuide())('says $kind, and no longer after the fix of the guide', async ({ kind, slow, fix }) => {
    const kindsOf = async (sql: string) => {
      const other = await server.dataSource().initialize();
      try {
        const [plan] = await capturing(other).plansOf(() => other.query(sql));
        return plan!.findings.map((finding) => finding.kind);
      } finally {
        await other.destroy();
      }
    };
    expect(await kindsOf(slow)).toContain(kind);
    if (fix.startsWith('SELECT')) {
      expect(await kindsOf(fix)).not.toContain(kind);
      return;
    }
    await server.admin.query(fix);
    try {
      expect(await kindsOf(slow)).not.toContain(kind);
    } finally {
      await server.admin.query('DROP INDEX fix ON books');
    }
  });

  it('has estimates of two digits, so that the number of a LIMIT is not repeated', async () => {
    const read = () => dataSource.query('SELECT id, title FROM books WHERE year < 30 ORDER BY id LIMIT 4711');
    await plans.plansOf(read);
    const { fingerprint } = lastPlan();
    // The summary has ten statements.
    while (plans.planOf(fingerprint) === undefined) await read();
    const shown = plans.planOf(fingerprint)!;
    expect(shown.nodes.some(({ rows }) => (rows ?? 0) > 1000)).toBe(true);
    expect(JSON.stringify([shown, lastPlan()])).not.toContain('4711');
  });

  it('has the tables that a join reads, also for a key that no row has', async () => {
    const sql = 'SELECT * FROM books `b` LEFT JOIN authors `a` ON `a`.`id` = `b`.`author` WHERE `b`.`uuid` = ?';
    await plans.plansOf(() => dataSource.query(sql, ['b1946ac9-0000-4000-8000-2d5e8b2f1a00']));
    expect(lastPlan()['plan']).toMatch(/using uuid on b .* > eq_ref using PRIMARY on a/);
  });

  it('of a range between two values does not say that its index is not used', async () => {
    const between = [new Date('2020-01-01'), new Date('2030-01-01')];
    await plans.plansOf(() => dataSource.query('SELECT title FROM books WHERE made >= ? AND made < ?', between));
    expect(lastPlan()['plan']).toMatch(/^range using made_at on books/);
  });

  it('is asked for without a value of the application', async () => {
    const secret = 'zqsecretqz';
    const parameters = [secret, [secret, secret], 987_654_321, Buffer.from(secret), new Date('1987-06-05T04:03:02Z')];
    const sql = 'SELECT id FROM books WHERE code = ? OR title IN (?) OR year = ? OR uuid = ? OR made = ?';
    await plans.plansOf(() => dataSource.query(sql, parameters));
    const asked = (await rowsOf('SELECT SQL_TEXT AS t FROM performance_schema.events_statements_history_long'))
      .map(({ t }) => String(t))
      .filter((text) => text.startsWith('EXPLAIN') && text.includes('uuid = '));
    expect(asked.length).toBeGreaterThan(0);
    const hex = Buffer.from(secret).toString('hex');
    expect(asked.filter((text) => text.includes(secret) || /987654321|1987/.test(text) || text.includes(hex))).toEqual(
      [],
    );
  });

  it('is made in a session that only reads: a function in the statement changes nothing', async () => {
    // The server runs it for EXPLAIN, because it says that it always returns the same.
    await server.admin.query(
      'CREATE FUNCTION writes() RETURNS int DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (1); RETURN 1; END',
    );
    const written = async (run: () => Promise<unknown>): Promise<number> => {
      const count = async () => Number((await rowsOf('SELECT count(*) AS n FROM log'))[0]!['n']);
      const before = await count();
      await run();
      return (await count()) - before;
    };
    const sql = "SELECT id FROM books WHERE id = writes() AND title = 'a'";
    const alone = await written(() => server.admin.query(sql));
    const planned = await written(async () => {
      await dataSource.query(sql);
      await plans.plansOf(() => dataSource.query('SELECT id + 1 FROM books WHERE id = ?', [1]));
    });
    expect(planned).toBe(alone);
  });

  it('is made with limits for statements and locks', async () => {
    const limit = flavour.name === 'MySQL' ? 'max_execution_time' : 'max_statement_time';
    // Run for EXPLAIN, in a session that has its settings.
    await server.admin.query(
      `CREATE FUNCTION refuses_careless_planners() RETURNS int DETERMINISTIC READS SQL DATA BEGIN
         IF @@eq_range_index_dive_limit = 1
            AND (@@${limit} = 0 OR @@lock_wait_timeout > 1 OR @@innodb_lock_wait_timeout > 1) THEN
           SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'careless';
         END IF;
         RETURN 1;
       END`,
    );
    const { captured, failed } = plans.timing.getSummary().plans!;
    await dataSource.query('SELECT id FROM books WHERE id = refuses_careless_planners()');
    const counts = () => plans.timing.getSummary().plans!;
    while (counts().captured === captured && counts().failed === failed) await delay(10);
    expect(counts().failed).toBe(failed);
  });

  it('is never made of several statements, also where the application may send them', async () => {
    const other = await server.dataSource({ extra: { multipleStatements: true } }).initialize();
    try {
      expect(await other.query('SELECT 1; SELECT 2')).toHaveLength(2);
      const planner = plannerFor(other, 60_000)!;
      const request = { sql: 'SELECT 1; SELECT 2', parameters: 0, kinds: [], rows: undefined };
      await expect(planner.plan(request)).rejects.toMatchObject({ code: 'ER_PARSE_ERROR' });
      planner.close();
    } finally {
      await other.destroy();
    }
  });

  it('and the figures of the server are read with the types of the driver, not with those of the application', async () => {
    const typeCast = (_: unknown, next: () => unknown) => [next()];
    const other = await server.dataSource().initialize();
    try {
      const { pool } = other.driver as unknown as { pool: { config: { connectionConfig: object } } };
      Object.assign(pool.config.connectionConfig, { typeCast });
      const { timing, plansOf } = capturing(other);
      await plansOf(() => other.query('SELECT year FROM books WHERE author = ? AND year = ?', [7, 3]));
      expect((await timing.serverStatements()).source).toBe('events_statements_summary_by_digest');
    } finally {
      await other.destroy();
    }
  });

  it('can be asked for with what the page copies', async () => {
    const statement = 'SELECT id FROM books WHERE author = ? AND title < ? ORDER BY code LIMIT ?, ?';
    const runner = dataSource.createQueryRunner();
    const results: unknown[] = [];
    const copied = explainText(statement, 'SELECT', dataSource.options.type)!;
    for (const sql of copied.split(/;\n?/).filter(Boolean)) results.push(await runner.query(sql));
    await runner.release();
    expect(JSON.stringify(results[2])).toMatch(/books/);
    expect(JSON.stringify(results[2])).not.toMatch(/impossible/i);
  });

  it('does not exist for an INSERT of values, which counts as skipped', async () => {
    const { skipped } = plans.timing.getSummary().plans!;
    await dataSource.query('INSERT INTO log VALUES (?)', [1]);
    await plans.plansOf(() => dataSource.query('SELECT id, year FROM books WHERE id = ?', [1]));
    expect(plans.timing.getSummary().plans!.skipped).toBe(skipped + 1);
  });

  it('is made on a connection that does not keep the process alive', async () => {
    const pipes = () => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;
    await dataSource.query('SELECT 1');
    const before = pipes();
    await plans.plansOf(() => dataSource.query('SELECT code FROM books WHERE id = ?', [1]));
    expect(before).toBeGreaterThan(0);
    expect(pipes()).toBe(before);
  });

  it('has no literal, whatever its type and wherever it is', async () => {
    const random = new Random(1);
    const values: string[] = [];
    const value = (made: string) => (values.push(made), made);
    const text = () => value(`zq${random.below(1e9)}qz`);
    const number = () => value(String(100_000_000 + random.below(899_999_999)));
    const shapes = [
      () => `title = '${text()}'`,
      () => `title LIKE '%${text()}%' OR year = ${number()}`,
      () => `lower(title) = lower("${text()}") OR code = _utf8mb4'${text()}'`,
      () => `title = '\\n\\'${text()}' OR title = 'it''s ${text()}'`,
      () => `id IN (${number()}, ${number()}) OR title IN ('${text()}', '${text()}')`,
      () => `year = -${number()} AND concat(title, '${text()}') > N'${text()}'`,
      () => `id > (SELECT max(id) FROM books WHERE code = '${text()}') LIMIT ${number()}`,
      () => `title REGEXP '${text()}' OR json_extract(doc, '$.${text()}') = '${text()}'`,
      () => `CASE WHEN year > ${number()} THEN '${text()}' ELSE code END = 'x${text()}' ORDER BY title = '${text()}'`,
    ];
    const statements = shapes.map((shape, n) => `SELECT ${'id, '.repeat(n)}id FROM books WHERE ${shape()}`);
    await plans.plansOf(async () => {
      for (const sql of statements) await dataSource.query(sql);
    }, statements.length);
    const out = JSON.stringify([plans.entries, plans.timing.getSummary()]);
    expect(values.filter((one) => out.includes(one))).toEqual([]);
  });

  describe('the statements of the server', () => {
    const DIGESTS = 'performance_schema.events_statements_summary_by_digest';
    const CONSUMERS = 'performance_schema.setup_consumers';

    it('are beside those of this process', async () => {
      plans.timing.resetStats();
      await server.admin.query(`TRUNCATE ${DIGESTS}`);
      const many = Array.from({ length: 90 }, (_, n) => `\`b\`.\`title\` AS \`the_title_${n}\``).join(', ');
      const statements = [
        'SELECT `id` FROM `books` WHERE `id` IN (1, 2)',
        'SELECT `id` FROM `books` WHERE `id` IN (3)',
        'select id, title from books b where b.id = -1 and title != "x" or title is null',
        'INSERT INTO `log`(`a`) VALUES (DEFAULT), (2), (NULL)',
        `SELECT ${many} FROM books b WHERE b.id = 1`,
      ];
      for (const sql of statements) await dataSource.query(sql);
      await server.admin.query('SELECT name FROM authors WHERE id = 1');
      const { source, statements: joined, others, notes, since } = await plans.timing.serverStatements();
      expect(source).toBe('events_statements_summary_by_digest');
      expect(joined.map(({ statement, server: there }) => [statement, there === undefined])).toEqual(
        joined.map(({ statement }) => [statement, false]),
      );
      const list = joined.find(({ statement }) => statement.includes('IN (?)'))!;
      expect(list).toMatchObject({ calls: 2, server: { calls: 2, rows: 3, rowsExamined: 3, blocksHit: undefined } });
      expect(list.outsideMs).toBe(list.meanMs - list.server!.meanMs);
      expect(others.map(({ statement }) => statement)).toContainEqual(expect.stringMatching(/FROM `?authors/i));
      // What the library asks for itself, for this plan and for these figures, is counted by the server, too.
      const counted = await rowsOf(`SELECT DIGEST_TEXT AS t FROM ${DIGESTS} WHERE SCHEMA_NAME = 'timing'`);
      expect(counted.filter(({ t }) => /query_timing/.test(String(t))).length).toBeGreaterThan(2);
      const own = /query_timing|performance_schema|information_schema|version ?\(|explain/i;
      expect(others.filter(({ statement }) => own.test(statement) && !statement.startsWith('TRUNCATE'))).toEqual([]);
      expect(since).toMatch(/^\d{4}-.*Z$/);
      expect(notes.length).toBeGreaterThan(2);
    });

    it('say which privilege is missing', async () => {
      await server.admin.query("CREATE USER 'reader'@'localhost' IDENTIFIED BY 'r'");
      await server.admin.query("GRANT SELECT ON timing.* TO 'reader'@'localhost'");
      const other = await server.dataSource({ username: 'reader', password: 'r' }).initialize();
      try {
        const { source, reason } = await capturing(other).timing.serverStatements();
        expect([source, reason]).toEqual([undefined, expect.stringContaining('GRANT SELECT ON performance_schema.')]);
      } finally {
        await other.destroy();
      }
    });

    it('say that the server has fewer calls of a statement, after a reset', async () => {
      const said = async () => (await plans.timing.serverStatements()).notes.filter((note) => /fewer calls/.test(note));
      plans.timing.resetStats();
      await server.admin.query(`TRUNCATE ${DIGESTS}`);
      await dataSource.query('SELECT code FROM books WHERE id = 1');
      expect(await said()).toEqual([]);
      await server.admin.query(`TRUNCATE ${DIGESTS}`);
      await dataSource.query('SELECT code FROM books WHERE id = 1');
      expect(await said()).toEqual([
        expect.stringMatching(/^Statements with fewer calls on the server than here: 1\./),
      ]);
    });

    it('say why there are none', async () => {
      await server.admin.query(`UPDATE ${CONSUMERS} SET ENABLED = 'NO' WHERE NAME = 'statements_digest'`);
      await server.admin.query(`TRUNCATE ${DIGESTS}`);
      try {
        const { source, reason, statements } = await plans.timing.serverStatements();
        expect([source, reason]).toEqual([undefined, expect.stringContaining('The consumer statements_digest')]);
        expect(statements.length).toBeGreaterThan(0);
      } finally {
        await server.admin.query(`UPDATE ${CONSUMERS} SET ENABLED = 'YES' WHERE NAME = 'statements_digest'`);
      }
    });
  });

  it('is made on a connection that is closed with the DataSource', async () => {
    await dataSource.destroy();
    const connections = () =>
      rowsOf('SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db IS NOT NULL');
    while ((await connections()).length > 0) await delay(20);
    expect(await connections()).toEqual([]);
  });
}

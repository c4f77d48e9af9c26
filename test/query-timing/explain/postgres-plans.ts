import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { installQueryTiming } from '../../../src/query-timing/core';
import { plannerFor } from '../../../src/query-timing/explain/planner';
import type { TestDatabase } from '../support/postgres';
import { Random } from '../support/random';
import { capturing, type Capturing } from './capturing';
import { describeServerStatements } from './server-statements';

const ROWS = 20_000;
/** Of a type that the operator or the column compares with. */
const VALUES: readonly (readonly [mark: string, value: unknown])[] = [
  ['@>', '{}'],
  ['tags &&', ['x']],
  ['during', '[2020-01-01,2020-01-02)'],
  ['@?', '$.a'],
  ['doc[', '1'],
];
/** The plans of slow statements, and the statements of the server, on a PostgreSQL. */
export function describePostgresPlans(open: () => Promise<TestDatabase>): void {
  let database: TestDatabase;
  let dataSource: DataSource;
  let plans: Capturing;

  beforeAll(async () => {
    database = await open();
    dataSource = database.dataSource();
    await dataSource.initialize();
    for (const sql of [
      'CREATE TABLE books (id int PRIMARY KEY, title text, author int, doc jsonb, year int, code text, kind int)',
      `INSERT INTO books SELECT n, 'title ' || n, n % 1000, '{}', n % 30, 'x', n % 10 FROM generate_series(1, ${ROWS}) AS n`,
      'CREATE INDEX by_kind ON books (kind)',
      'CREATE TABLE readers (id int PRIMARY KEY, name text)',
      `INSERT INTO readers SELECT n, 'reader ' || n FROM generate_series(1, 5000) AS n`,
      'CREATE TABLE visits (during tstzrange, words tsvector, tags text[], plain json, seen int)',
      `INSERT INTO visits SELECT tstzrange(now(), NULL), to_tsvector('simple', 'w' || n), ARRAY['t' || n % 50], '{}', n
         FROM generate_series(1, 5000) AS n`,
      'CREATE TABLE loans (reader int, year int) PARTITION BY RANGE (year)',
      'CREATE TABLE loans_old PARTITION OF loans FOR VALUES FROM (0) TO (15)',
      'CREATE TABLE loans_new PARTITION OF loans FOR VALUES FROM (15) TO (30)',
      'INSERT INTO loans SELECT author, year FROM books',
      'CREATE SCHEMA other',
      'CREATE TABLE other.elsewhere AS SELECT n AS id FROM generate_series(1, 5000) AS n',
      // Otherwise the server may count the rows after ANALYZE has.
      'SELECT pg_stat_force_next_flush()',
      'ANALYZE books',
      'ANALYZE loans',
      'ANALYZE readers',
      'ANALYZE visits',
      'ANALYZE other.elsewhere',
    ])
      await dataSource.query(sql);
    plans = capturing(dataSource);
  }, 120_000);
  afterAll(async () => {
    if (dataSource?.isInitialized) await dataSource.destroy();
    await database?.drop();
  });

  describe('the plan of a slow statement', () => {
    it('says in words what is slow and which index to try', async () => {
      const [plan] = await plans.plansOf(() => dataSource.query('SELECT * FROM books WHERE author = $1', [7]));
      expect(plan).toMatchObject({
        summary: expect.stringContaining('reads all ~20,000 rows of books for (books.author = $1)'),
        nodes: [{ depth: 0, operation: 'Seq Scan', table: 'books', conditions: ['Filter: (books.author = $1)'] }],
        findings: [{ kind: 'sequential-scan', index: 'CREATE INDEX ON public.books (author)', verified: undefined }],
      });
      expect(plan!.findings[0]!.hint).toContain('a guess, not verified');
    });

    it('of a table with partitions names one index for all of them', async () => {
      await plans.plansOf(() => dataSource.query('SELECT * FROM loans WHERE reader = $1', [7]));
      const { fingerprint } = plans.entries.filter(({ operation }) => operation === 'DB_QUERY_PLAN').at(-1)!;
      const { findings } = plans.planOf(fingerprint)!;
      expect(findings.map(({ index }) => index)).toEqual(['CREATE INDEX ON public.loans (reader)']);
    });

    it('of a table with partitions has all of them, although the values select some', async () => {
      await plans.plansOf(() => dataSource.query('SELECT * FROM loans WHERE year = $1 AND reader = $2', [3, 7]));
      const { fingerprint } = plans.entries.filter(({ operation }) => operation === 'DB_QUERY_PLAN').at(-1)!;
      const { nodes, findings, basis } = plans.planOf(fingerprint)!;
      expect(nodes.map(({ table }) => table)).toEqual([undefined, 'loans_old', 'loans_new']);
      expect(findings.map(({ index }) => index)).toEqual(['CREATE INDEX ON public.loans (year, reader)']);
      expect(basis).toMatch(/all of them are in the plan\.$/);
    });

    it('is captured once, and then in the line of each slow query', async () => {
      const statement = 'SELECT title FROM books WHERE year = $1';
      await plans.plansOf(() => dataSource.query(statement, [1]));
      const before = plans.timing.getSummary().plans;
      await dataSource.query(statement, [2]);
      expect(plans.timing.getSummary().plans).toEqual(before);
      // A plan that was asked for again would come before this one.
      await plans.plansOf(() => dataSource.query('SELECT title, id FROM books WHERE year = $1', [1]));
      const lines = plans.entries.filter((entry) => entry['statement'] === statement);
      expect(lines.map(({ operation }) => operation)).toEqual(['DB_SLOW_QUERY', 'DB_QUERY_PLAN', 'DB_SLOW_QUERY']);
      expect(lines[0]).not.toHaveProperty('plan');
      expect(lines[2]!['plan']).toBe(lines[1]!['plan']);
    });

    it('is captured for at most as many statements per minute as the option says', async () => {
      const other = database.dataSource();
      await other.initialize();
      try {
        const { plansOf, timing } = capturing(other, { perMinute: 2 });
        await plansOf(async () => {
          for (const column of ['id', 'title', 'year', 'code'])
            await other.query(`SELECT ${column} FROM books LIMIT 1`);
        }, 2);
        expect(timing.getSummary().plans).toEqual({ captured: 2, failed: 0, skipped: 2 });
      } finally {
        await other.destroy();
      }
    });

    it('is made in a transaction that only reads, with limits for statements and locks', async () => {
      // The planner evaluates it, because it says that it is immutable.
      await database.admin.query(`
        CREATE FUNCTION refuses_careless_planners() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
        BEGIN
          IF current_setting('plan_cache_mode') = 'force_generic_plan' AND (
            current_setting('transaction_read_only') = 'off'
            OR '0' IN (current_setting('statement_timeout'), current_setting('lock_timeout'),
              current_setting('idle_in_transaction_session_timeout'))
          ) THEN
            RAISE 'careless';
          END IF;
          RETURN 1;
        END $$`);
      const { captured, failed } = plans.timing.getSummary().plans!;
      await dataSource.query('SELECT id FROM books WHERE id = refuses_careless_planners()');
      const counts = () => plans.timing.getSummary().plans!;
      while (counts().captured === captured && counts().failed === failed) await delay(10);
      expect(counts().failed).toBe(failed);
    });

    it('is made on a connection that does not keep the process alive', async () => {
      const other = database.dataSource();
      await other.initialize();
      try {
        const { plansOf } = capturing(other);
        // TCP sockets that keep the process alive: of this pool and of the test.
        const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
        await other.query('COMMIT');
        const before = sockets();
        await plansOf(() => other.query('SELECT code FROM books WHERE id = $1', [1]));
        expect(before).toBeGreaterThan(0);
        expect(sockets()).toBe(before);
      } finally {
        await other.destroy();
      }
    });

    it('is never made of several statements, even if they get as far as the planner', async () => {
      const planner = plannerFor(dataSource, 60_000)!;
      const sql = 'SELECT 1; DELETE FROM books';
      await expect(planner.plan({ sql, parameters: 0, kinds: [], rows: undefined })).rejects.toThrow(
        /multiple commands/,
      );
      planner.close();
    });

    it('is captured outside of the context of the request that was slow', async () => {
      const request = new AsyncLocalStorage<string>();
      const contexts: unknown[] = [];
      const other = await database.dataSource().initialize();
      try {
        const captured = new Promise<void>((resolve) => {
          const logger = {
            warn: () => undefined,
            info: (entry: object) => {
              if (!('plan' in entry)) return;
              contexts.push(request.getStore());
              resolve();
            },
          };
          installQueryTiming(other, { slowQueryThresholdMs: 0, explain: true, logger });
        });
        await request.run('GET /books', () => other.query('SELECT max(year) FROM books'));
        await captured;
        expect(contexts).toEqual([undefined]);
      } finally {
        await other.destroy();
      }
    });

    it('executes nothing', async () => {
      const count = () => database.admin.query('SELECT count(*)::int AS n, max(id) AS last FROM books');
      const { rows: before } = await count();
      await plans.plansOf(() => dataSource.query('DELETE FROM books WHERE id = $1', [-1]));
      await plans.plansOf(() =>
        dataSource.query('WITH gone AS (DELETE FROM books WHERE id = $1 RETURNING *) SELECT * FROM gone', [-1]),
      );
      expect((await count()).rows).toEqual(before);
    });

    it('is not asked for what cannot be planned', async () => {
      const before = plans.timing.getSummary().plans!;
      await dataSource.query('SELECT 1; SELECT 2');
      await dataSource.query('SET work_mem = 5000');
      await dataSource.query('SELECT nowhere FROM books').catch(() => undefined);
      expect(plans.timing.getSummary().plans).toEqual({ ...before, skipped: before.skipped + 1 });
    });

    it('that the server refuses costs a counter and no line', async () => {
      const runner = dataSource.createQueryRunner();
      await runner.query('CREATE TEMPORARY TABLE own AS SELECT 1 AS id');
      await runner.query('SELECT id FROM own');
      await runner.release();
      await plans.plansOf(() => dataSource.query('SELECT id + 1 FROM books WHERE id = $1', [1]));
      expect(plans.timing.getSummary().plans!.failed).toBe(1);
      expect(plans.entries.filter(({ part }) => part === 'explain')).toEqual([]);
    });

    it('is made with the schema and the settings of the application', async () => {
      const elsewhere = database.dataSource({ extra: { options: '-c search_path=other -c work_mem=64kB' } });
      await elsewhere.initialize();
      try {
        const { plansOf, entries } = capturing(elsewhere);
        await plansOf(() => elsewhere.query('SELECT * FROM elsewhere WHERE id = $1', [1]));
        await plansOf(() => elsewhere.query('SELECT * FROM elsewhere ORDER BY id'));
        const words = entries.filter(({ operation }) => operation === 'DB_QUERY_PLAN').map(({ plan }) => plan);
        expect(words).toEqual([
          expect.stringContaining('CREATE INDEX ON other.elsewhere (id)'),
          expect.stringMatching(/^sorts .* beside a work_mem of 66 kB/),
        ]);
      } finally {
        await elsewhere.destroy();
      }
    });

    it.each([
      ['SELECT * FROM books WHERE code = $1 ORDER BY title LIMIT 5', 'sequential-scan', /CREATE INDEX/],
      ['SELECT * FROM books ORDER BY title LIMIT 7', 'sort', /public\.books \(title\)/],
      ['SELECT * FROM books WHERE lower(title) = $1', 'index-not-used', /\(\(lower\(title\)\)\)/],
      ['SELECT * FROM books WHERE id::text = $1', 'index-not-used', /pass the value in the type of id/],
      [
        `SELECT * FROM books WHERE title LIKE '%secret'`,
        'index-not-used',
        /the pattern begins with a wildcard.*gin_trgm_ops/,
      ],
      ['SELECT * FROM books WHERE doc @> $1', 'sequential-scan', /USING gin \(doc jsonb_path_ops\)/],
      [
        'SELECT title FROM books WHERE id % 2 = 0',
        'estimate',
        /expects ~100 rows, and the statement finds ~10,000 rows: wrong by a factor of 100:/,
      ],
      ['SELECT b.id FROM books a JOIN books b ON a.year < b.author + a.id LIMIT 1', 'nested-loop', /for each of/],
      [
        'SELECT name, (SELECT count(*) FROM books b WHERE b.author = r.id) FROM readers r LIMIT 3',
        'nested-loop',
        /^for each row of the statement around it, reads all .*\(author\)/,
      ],
      [
        `SELECT r.name, b.id FROM readers r CROSS JOIN LATERAL
           (SELECT id FROM books WHERE author = r.id ORDER BY title LIMIT 1) b WHERE r.id < 3`,
        'nested-loop',
        /^for each of .* of a nested loop, reads all .*\(author\)/,
      ],
      [
        'SELECT * FROM readers r JOIN books b ON b.author = r.id WHERE r.id BETWEEN 5 AND 8',
        'sequential-scan',
        /^reads all .* for \(b\.author = r\.id\): an index: .*\(author\)/,
      ],
      [
        'SELECT code FROM books WHERE year = 3 ORDER BY id LIMIT 60',
        'index-not-used',
        /^reads ~1,800 rows of books in the order of books_pkey for .*\(year, id\)/,
      ],
      ['SELECT * FROM visits WHERE during && $1', 'sequential-scan', /a GiST index: .* USING gist \(during\)/],
      ['SELECT * FROM visits WHERE words @@ $1', 'sequential-scan', /a GIN index: .* USING gin \(words\)/],
      ['SELECT * FROM visits WHERE tags && $1', 'sequential-scan', /a GIN index: .* USING gin \(tags\)/],
      ['SELECT * FROM visits WHERE $1 = ANY (tags)', 'index-not-used', /search with tags @> ARRAY\[…\]/],
      ['SELECT * FROM books WHERE doc ? $1', 'sequential-scan', /USING gin \(doc\)/],
      ['SELECT * FROM books WHERE doc @? $1', 'sequential-scan', /USING gin \(doc jsonb_path_ops\)/],
      [`SELECT * FROM books WHERE doc['a'] = $1`, 'index-not-used', /doc is read with \[…\].*search with @>/],
      [`SELECT seen FROM visits WHERE plain ->> 'a' = $1`, 'index-not-used', /read with ->>.*: index the expression/],
      ['SELECT * FROM readers ORDER BY random() LIMIT 1', 'sort', /^sorts ~5,000 rows to return the first of them$/],
      [
        'SELECT name FROM readers UNION SELECT title FROM books ORDER BY 1 LIMIT 3',
        'sort',
        /^sorts ~25,000 rows to return the first of them$/,
      ],
      [
        'SELECT b.title FROM books b JOIN readers r ON r.id = b.author ORDER BY b.title LIMIT 5',
        'sort',
        /an index in the order of the sort returns them without one$/,
      ],
      [
        'SELECT id FROM readers r WHERE name = (SELECT max(title) FROM books b WHERE b.kind = r.id)',
        'sequential-scan',
        /for \(r\.name = \(SubPlan \?\)\)(?!: an index)/,
      ],
    ])('%s: %s', async (sql, kind, words) => {
      const value = VALUES.find(([mark]) => sql.includes(mark))?.[1] ?? 'x';
      const parameters = sql.includes('$1') ? [value] : [];
      await plans.plansOf(() => dataSource.query(sql, parameters));
      const { plan, fingerprint } = plans.entries.filter(({ operation }) => operation === 'DB_QUERY_PLAN').at(-1)!;
      expect(plan).toMatch(words);
      const shown = plans.planOf(fingerprint);
      if (shown) expect(shown.findings.map((finding) => finding.kind)).toContain(kind);
    });
  });

  describe('what leaves the process', () => {
    it('is no literal, whatever its type and wherever it is', async () => {
      const random = new Random(1);
      const values: string[] = [];
      const value = (made: string) => (values.push(made), made);
      const text = () => value(`zq${random.below(1e9)}qz`);
      const number = () => value(String(100_000_000 + random.below(899_999_999)));
      const shapes = [
        () => `title = '${text()}'`,
        () => `title LIKE '%${text()}%' OR year = ${number()}`,
        () => `lower(title) = lower($$${text()}$$)`,
        () => `doc @> '{"a": "${text()}"}' OR title = E'\\n${text()}'`,
        () => `id IN (${number()}, ${number()}) OR title = ANY ('{${text()}}')`,
        () => `year = -${number()} AND title || '${text()}' > U&'\\0041${text()}'`,
        () => `id > (SELECT max(id) FROM books WHERE code = '${text()}') LIMIT ${number()}`,
        () => `title ~ '${text()}' OR doc ->> '${text()}' = '${text()}'`,
        () => `kind = 7 AND code = '${text()}'`,
        () => `coalesce(title, '${text()}') = 'x'`,
        () => `CASE WHEN year > ${number()} THEN '${text()}' ELSE code END = 'x${text()}'`,
      ];
      const statements = shapes.map((shape, n) => `SELECT ${'id, '.repeat(n)}id FROM books WHERE ${shape()}`);
      await plans.plansOf(async () => {
        for (const sql of statements) await dataSource.query(sql);
      }, statements.length);
      const out = JSON.stringify([plans.entries, plans.timing.getSummary()]);
      expect(values.filter((value) => out.includes(value))).toEqual([]);
      // What would have one, is there.
      for (const words of ['(books.code = ?::text) leaves', 'COALESCE() is applied to title'])
        expect(out).toContain(words);
    });
  });

  describe('the statements of the server', () => describeServerStatements(() => ({ database, dataSource, plans })));

  describe('the connection beside the pool', () => {
    it('is closed with the DataSource', async () => {
      await dataSource.destroy();
      const connections = () =>
        database.admin
          .query(`SELECT 1 FROM pg_stat_activity WHERE usename = $1`, [database.role])
          .then(({ rows }) => rows);
      let open = await connections();
      while (open.length > 0) open = await connections();
      expect(open).toEqual([]);
    });
  });
}

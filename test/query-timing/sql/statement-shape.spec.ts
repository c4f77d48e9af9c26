import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { shapeOf } from '../../../src/query-timing/sql/statement-shape';

const shape = (sql: string, driver = 'postgres') => shapeOf(sql, dialectOf(driver));
/** In short: `alias.column operator values`, and `=` before a value that is written in the statement. */
const comparisons = (sql: string, driver?: string) =>
  shape(sql, driver).comparisons.map(
    ({ alias, column, operator, constant, values }) => `${constant ? '=' : ''}${alias}.${column} ${operator} ${values}`,
  );
const tables = (sql: string, driver?: string) =>
  shape(sql, driver).tables.map(({ path, alias }) => `${path.join('/')} ${alias}`);

describe('the shape of a statement', () => {
  it.each([
    ['SELECT * FROM book', ['book book']],
    ['SELECT * FROM "public"."Book" AS "b"', ['public/Book b']],
    ['SELECT * FROM a, b x WHERE a.id = x.id', ['a a', 'b x']],
    ['SELECT * FROM a LEFT JOIN b ON b.id = a.b LEFT JOIN LATERAL (SELECT * FROM c) d ON true', ['a a', 'b b', 'c c']],
    ['SELECT DISTINCT "d"."id" FROM (SELECT "x"."id" FROM "book" "x") "d"', ['book x']],
    ['SELECT * FROM generate_series(1, 3) AS n', []],
    ['INSERT INTO book(id, title) VALUES ($1, $2)', ['book book']],
    ['UPDATE ONLY book SET title = $1', ['book book']],
    ['DELETE FROM book WHERE id = $1', ['book book']],
    ['INSERT INTO book(id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET title = $2', ['book book']],
    ['SELECT * FROM book FOR UPDATE OF book SKIP LOCKED', ['book book']],
    ['SELECT * FROM book FOR NO KEY UPDATE NOWAIT', ['book book']],
    ['SELECT * FROM unnest($1::int[]) AS n(id) JOIN book ON book.id = n.id', ['book book']],
    ['SELECT now()', []],
  ])('has the tables that it reads or changes: %s', (sql, expected) => {
    expect(tables(sql)).toEqual(expected);
  });

  it('has names in the quotes of every dialect', () => {
    expect(tables('SELECT * FROM `shop`.`bo``ok` `b`', 'mariadb')).toEqual(['shop/bo`ok b']);
    expect(tables('SELECT * FROM [shop].[book] [b]', 'mssql')).toEqual(['shop/book b']);
    expect(tables('SELECT * FROM "book" "b"', 'sqljs')).toEqual(['book b']);
  });

  it.each([
    ['SELECT * FROM b WHERE b.id = $1 AND title LIKE $2', ['b.id = 1', '.title like 1']],
    ['SELECT * FROM b WHERE $1 = b.id', ['b.id = 1']],
    ["SELECT * FROM b WHERE kind = 'x' AND id IN ($1, $2, $3)", ['=.kind = 1', '.id in 3']],
    ["SELECT * FROM b WHERE kind IN ('x', 'y')", ['=.kind in 2']],
    ['SELECT * FROM b WHERE (a, b.c) IN (($1, $2), ($3, $4))', ['.a in 2', 'b.c in 2']],
    ['SELECT * FROM b WHERE (a, c) IN (SELECT x, y FROM d)', []],
    ['SELECT * FROM b WHERE (a, c) > ($1, $2)', ['.a range 1', '.c range 1']],
    ['SELECT * FROM b WHERE ROW(a, c) = ROW($1, 2)', ['.a = 1', '.c = 1']],
    ['SELECT * FROM b WHERE $1 < a AND $2 >= b.c', ['.a range 1', 'b.c range 1']],
    ['SELECT * FROM b WHERE a <> $1 AND coalesce(a, c) = $2', []],
    ['SELECT * FROM b WHERE a = -1 AND c IN (-1, +2)', ['=.a = 1', '=.c in 2']],
    ['SELECT * FROM b WHERE id = ANY($1)', ['.id in Infinity']],
    ['SELECT * FROM b WHERE id > $1 AND at BETWEEN $2 AND $3', ['.id range 1', '.at range 1']],
    ['SELECT * FROM b WHERE id IN (SELECT x FROM c WHERE y = $1)', ['.y = 1']],
    ['UPDATE b SET title = $1, a = c WHERE id = $2', ['.id = 1']],
    ['UPDATE b SET title = (SELECT t FROM c WHERE d = $1) WHERE id = $2', ['.d = 1', '.id = 1']],
    ['INSERT INTO b(a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET c = $2 WHERE b.d = $3', ['b.d = 1']],
  ])('has the columns that are compared with values: %s', (sql, expected) => {
    expect(comparisons(sql)).toEqual(expected);
  });

  it('takes a number that TypeORM has written into the statement for a parameter', () => {
    const sql = "SELECT * FROM b WHERE id = 1 AND kind = 'x'";
    expect(comparisons(sql, 'sqljs')).toEqual(['.id = 1', '=.kind = 1']);
    expect(comparisons(sql)).toEqual(['=.id = 1', '=.kind = 1']);
  });

  it('has the columns that are compared with each other', () => {
    const { joins } = shape('SELECT * FROM a JOIN b ON b.a = a.id WHERE a.l BETWEEN b.l AND b.r');
    expect(joins).toEqual([
      { left: { alias: 'b', column: 'a' }, right: { alias: 'a', column: 'id' }, range: false },
      { left: { alias: 'a', column: 'l' }, right: { alias: 'b', column: 'l' }, range: true },
    ]);
  });

  it('has the number of inserted rows, and whether it reads a page', () => {
    expect(shape('INSERT INTO a(b) VALUES ($1), (f($2, $3)), (DEFAULT) RETURNING id').rows).toBe(3);
    const upsert = 'INSERT INTO a(b, c) VALUES (?, ?) ON DUPLICATE KEY UPDATE b = VALUES(b), c = VALUES(c)';
    expect(shape(upsert, 'mariadb')).toMatchObject({ rows: 1, comparisons: [] });
    expect(shape('SELECT * FROM a ORDER BY b LIMIT 3 OFFSET 6')).toMatchObject({ limit: true, offset: true, rows: 0 });
    expect(shape('SELECT * FROM a LIMIT ?, ?', 'mariadb')).toMatchObject({ limit: true, offset: true });
    expect(shape('SELECT * FROM a WHERE b = ? AND c > ? LIMIT 5 OFFSET ?', 'mariadb').pageStarts).toEqual([1, 2]);
    expect(shape('SELECT * FROM a WHERE (b, c) > ($2, $3) AND d = $1 LIMIT $5 OFFSET 10').pageStarts).toEqual([
      1,
      2,
      '10',
    ]);
    expect(shape('SELECT * FROM a WHERE $1 < b LIMIT 5').pageStarts).toEqual([0]);
    expect(shape('SELECT * FROM a WHERE b = ? LIMIT ?, ?', 'mariadb').pageStarts).toEqual([1]);
    expect(shape('SELECT * FROM a WHERE b = 1 AND c > 2 LIMIT 5 OFFSET 3', 'sqljs').pageStarts).toEqual(['2', '3']);
    expect(shape('SELECT * FROM a LIMIT 5 OFFSET ($1 - 1)').pageStarts).toBeUndefined();
    expect(shape('SELECT * FROM a FETCH FIRST 3 ROWS ONLY')).toMatchObject({ limit: true, offset: false });
  });

  it.each([
    ['INSERT INTO a(b) SELECT * FROM unnest($1::int[])', true],
    ['SELECT * FROM a WHERE b IN (SELECT unnest($1::int[]))', true],
    ['UPDATE a SET b = r.b FROM jsonb_to_recordset($1) AS r(id int, b int) WHERE r.id = a.id', true],
    ['SELECT unnest(tags) FROM a WHERE b = $1', false],
    ['SELECT lower($1) FROM a', false],
  ])('says whether it reads the rows of a list that is a parameter: %s', (sql, unnests) => {
    expect(shape(sql).unnests).toBe(unnests);
  });

  it('says whether it leaves out locked rows', () => {
    expect(shape('SELECT * FROM a LIMIT 1 FOR UPDATE SKIP LOCKED').skipsLocked).toBe(true);
    expect(shape('SELECT skip FROM a FOR UPDATE').skipsLocked).toBe(false);
  });

  it('takes linear time and never throws, whatever the text is', () => {
    for (const text of [
      '(',
      'FROM ',
      'a.',
      'a = ',
      'IN (',
      "'",
      ',',
      'VALUES (',
      '$',
      'BETWEEN ',
      '(a,',
      'unnest(',
      '(a)=',
    ]) {
      const { tables } = shape(text.repeat(50_000));
      expect(tables.length).toBeLessThan(10_000);
    }
  });
});

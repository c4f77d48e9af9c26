import fc from 'fast-check';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { fingerprintOf } from '../../../src/query-timing/sql/fingerprint';
import { mayBeginOrEndTransaction, QueryTypes, QUERY_TYPES } from '../../../src/query-timing/sql/query-type';

/** Generated texts per property. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const DRIVERS = ['postgres', 'mariadb', 'sqljs', 'oracle', 'mssql', 'unknown'];

/** Fragments that are difficult for scanners, in any order and number. */
const shard = fc.oneof(
  fc.constantFrom(
    ...[
      "'",
      "''",
      '"',
      '`',
      '\\',
      "\\'",
      '$$',
      '$a$',
      '$1',
      '--',
      '\n',
      '\r',
      '/*',
      '*/',
      '#',
      '(',
      ')',
      '[',
      ']',
      ',',
    ],
    ...['E', "E'", "q'[", "U&'", 'VALUES', ' VALUES (', 'ROW', 'IN (', 'with', 'IS', 'TRUE', '?', '1e', '0x', '.', ';'],
  ),
  fc.string({ maxLength: 8, unit: 'binary' }),
);
const anyText = fc.array(shard, { maxLength: 60 }).map((shards) => shards.join(''));

/** The secret occurs in every literal and nowhere else. */
const SECRET = 'zzsecretzz';
const text = fc.string({ maxLength: 12 }).map((noise) => `${noise}${SECRET}${noise}`);
const doubled = (quote: string) => (value: string) => `${quote}${value.replaceAll(quote, quote + quote)}${quote}`;
const backslashed = (quote: string) => (value: string) =>
  `${quote}${value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`;
const dollars = fc.constantFrom('$$', '$x$', '$_1$');
const dollarQuoted = fc
  .tuple(dollars, text)
  .filter(([tag, value]) => !`${value}$`.includes(tag))
  .map(([tag, value]) => `${tag}${value}${tag}`);

const literals = {
  postgres: fc.oneof(
    text.map(doubled("'")),
    text.map((value) => `E${backslashed("'")(value)}`),
    text.map((value) => `E'a'\n ${backslashed("'")(value)}`),
    dollarQuoted,
    fc.nat().map((n) => `${n}${SECRET}`),
  ),
  mariadb: fc.oneof(
    text.map(backslashed("'")),
    text.map(backslashed('"')),
    text.map((value) => doubled("'")(value.replaceAll('\\', ''))),
    fc.nat().map((n) => `${n}${SECRET}`),
  ),
  sqljs: fc.oneof(
    text.map(doubled("'")),
    fc.nat().map((n) => `${n}${SECRET}`),
  ),
  oracle: fc.oneof(
    text.map(doubled("'")),
    text.filter((value) => !`${value}'`.includes("]'")).map((value) => `q'[${value}]'`),
  ),
  mssql: fc.oneof(
    text.map(doubled("'")),
    text.map((value) => `N${doubled("'")(value)}`),
    fc.nat().map((n) => `$${n}.5${SECRET}`),
  ),
};

/** Statements in which a double-quoted text can only be a value, or may be one. */
const valuePositions = [
  'SELECT * FROM t WHERE a = {}',
  'SELECT * FROM t WHERE a LIKE {} AND b = 1',
  'SELECT * FROM t WHERE a IN ({}, {})',
  'SELECT * FROM t WHERE {} = a',
  "SELECT * FROM t WHERE f({}, 'a') = 1",
  'SELECT a || {} FROM t',
  'SELECT CASE WHEN a THEN {} ELSE {} END FROM t',
  'SELECT {}',
  'INSERT INTO t VALUES ({}, {})',
  'INSERT INTO t (a) SELECT {} WHERE NOT EXISTS (SELECT 1 FROM t)',
  'UPDATE t SET a = {}, b = {} WHERE c = {}',
  'DELETE FROM t WHERE a <> {}',
  'PRAGMA key = {}',
  'ATTACH DATABASE {} AS x KEY {}',
  'SELECT * FROM t ORDER BY a = {} DESC',
  'SELECT * FROM t WHERE a BETWEEN {} AND {}',
  'SELECT * FROM t WHERE a IS {} OR a NOT LIKE {} ESCAPE {}',
];

const gaps = fc.constantFrom(' ', '\n', '/* c\'"` */', '-- c\'"$$\n', '\t');
const structure = fc.constantFrom('SELECT', 'a', '=', '(', ')', ',', 'IN (', 'VALUES (', '+', 't.c', 'AND');

describe.each(Object.entries(literals))('any statement on %s', (driver, literal) => {
  // An operator follows each literal: on PostgreSQL, two strings with a line break between them are one.
  const operand = fc.oneof(
    literal.map((value) => `${value} +`),
    structure,
  );
  const statement = fc
    .array(fc.tuple(operand, gaps), { maxLength: 40 })
    .map((parts) => parts.map(([token, gap]) => `${token}${gap}`).join(''));

  it('has a fingerprint without any of its literals', () => {
    fc.assert(
      fc.property(statement, (sql) => !fingerprintOf(sql, dialectOf(driver)).includes('secret')),
      { numRuns: RUNS },
    );
  });

  it('has a fingerprint that is its own fingerprint', () => {
    fc.assert(
      fc.property(statement, (sql) => {
        const once = fingerprintOf(sql, dialectOf(driver), Infinity);
        return fingerprintOf(once, dialectOf(driver), Infinity) === once;
      }),
      { numRuns: RUNS },
    );
  });
});

describe.each(['sqljs', 'better-sqlite3', 'mssql', 'unknown'])('a text in double quotes on %s', (driver) => {
  it('is never shown where it may be a value', () => {
    const values = fc.oneof(text, fc.constant(SECRET));
    fc.assert(
      fc.property(fc.constantFrom(...valuePositions), values, (position, value) => {
        const sql = position.replaceAll('{}', () => doubled('"')(value.replaceAll('\\', '')));
        return !fingerprintOf(sql, dialectOf(driver)).includes('secret');
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a statement into which texts with apostrophes were pasted', () => {
  it.each(['postgres', 'mariadb', 'sqljs', 'oracle', 'mssql', 'unknown'])(
    'shows nothing after the first apostrophe of a text on %s',
    (driver) => {
      const pieces = fc.constantFrom("'s ", "s' ", "'", "n't ", ' and ', "O'", 'x', ', (');
      const pasted = fc.array(pieces, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
      const values = fc.tuple(
        fc.constant(`it's ${SECRET}`),
        fc.array(
          fc.tuple(pasted, pasted).map(([before, after]) => `${before}${SECRET}${after}`),
          { maxLength: 4 },
        ),
      );
      fc.assert(
        fc.property(values, ([first, others]) => {
          const terms = [first, ...others].map((value, i) => `c${i} = '${value}'`);
          return !fingerprintOf(`SELECT a FROM t WHERE ${terms.join(' AND ')}`, dialectOf(driver)).includes('secret');
        }),
        { numRuns: RUNS },
      );
    },
  );
});

describe('a text with backslashes on PostgreSQL and MySQL', () => {
  it.each([
    ['postgres', backslashed("'")],
    ['postgres', doubled("'")],
    ['mariadb', backslashed("'")],
    ['mariadb', backslashed('"')],
    ['mariadb', doubled("'")],
    ['mariadb', doubled('"')],
  ])('is never shown on %s, whatever the settings of the session are', (driver, quoted) => {
    const backslashes = fc.constantFrom('\\', "\\'", '\\"', '', 'x');
    const value = fc.tuple(backslashes, fc.constant(SECRET), backslashes).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        const sql = `SELECT a FROM t WHERE b IN (${values.map(quoted).join(', ')}) AND c = ${quoted('x')}`;
        return !fingerprintOf(sql, dialectOf(driver)).includes('secret');
      }),
      { numRuns: RUNS },
    );
  });
});

describe('any text at all', () => {
  it('has a type and a fingerprint on every driver, and neither throws', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...DRIVERS), (sql, driver) => {
        const dialect = dialectOf(driver);
        const hasType = QUERY_TYPES[new QueryTypes(dialect).indexOf(sql)] !== undefined;
        return hasType && fingerprintOf(sql, dialect).length <= 2 * sql.length + 2;
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the type of a statement', () => {
  const before = [
    ' ',
    '\n',
    '\t',
    '\v',
    '\x01',
    '(',
    ';',
    '/* a */',
    '/**/',
    '/*/',
    '/*',
    '*/',
    '-- a\n',
    '# a\n',
    '/*!1 */',
  ];
  const heads = fc.array(fc.constantFrom(...before), { maxLength: 6 }).map((pieces) => pieces.join(''));
  const verbs = fc.constantFrom(
    'select',
    'INSERT',
    'Update',
    'delete',
    'begin',
    'commit',
    'ROLLBACK',
    'start transaction',
  );
  const ends = fc.constantFrom('', ' 1', '\n1', '/* b */', ';', 's', '_1', '\x01');

  it('is the same on the fast path as with the lexer, which a byte order mark enforces', () => {
    fc.assert(
      fc.property(heads, verbs, ends, fc.constantFrom(...DRIVERS), (head, verb, end, driver) => {
        const types = new QueryTypes(dialectOf(driver));
        const sql = head + verb + end;
        return types.indexOf(sql) === types.indexOf(`\ufeff${sql}`);
      }),
      { numRuns: 10 * RUNS },
    );
  });
});

describe('a megabyte of SQL', () => {
  const SIZE = 1_000_000;
  const hostile: Readonly<Record<string, string>> = {
    'open brackets': '(',
    'nested lists': '((1,1),(1,',
    quotes: "'",
    'escaped quotes': "\\'",
    'dollar quotes that are not closed': '$a$ $b$ $c$ ',
    'comments that nest': '/*',
    'line breaks after strings': "'a'\n\n\n\n\n\n",
    'strings continued forever': "'a'\n",
    commas: '1,',
    'rows of values': 'VALUES (1),(2),',
    brackets: '[',
    words: 'with a as ',
    'only white space': '\n\t ',
    'empty comments': '/**/ ',
    'comments in a comment': '/* /* */ */',
    'numbers with exponents': '1e+',
    signs: '-',
    'signs in lists': 'IN (-1, - 2, +3), ',
    'placeholders in lists': 'IN ($1, $2), ',
    conditions: ' a = 1 OR',
    cases: ' WHEN 1 THEN 2',
    unions: ' SELECT 1 UNION ALL',
    settings: 'SET a = (1, ',
    'strings with backslashes': "'a\\' ",
  };

  const hostileOnOthers: readonly (readonly [string, string, string])[] = [
    ['double quotes', 'sqljs', '"a" = '],
    ['items of a selection', 'sqljs', 'SELECT "a", '],
    ['strings with backslashes', 'mysql', "'a\\' "],
    ['comments that servers run', 'mysql', '/*! a */ '],
  ];

  const millisecondsFor = (sql: string, driver: string) => {
    const { user } = process.cpuUsage();
    fingerprintOf(sql, dialectOf(driver), Infinity);
    const types = new QueryTypes(dialectOf(driver));
    for (const text of [sql, `with ${sql}`]) types.indexOf(text);
    mayBeginOrEndTransaction(sql);
    return (process.cpuUsage().user - user) / 1000;
  };

  it.each([
    ...Object.entries(hostile).map(([name, shardOfIt]) => [name, 'postgres', shardOfIt] as const),
    ...hostileOnOthers,
  ])('of %s takes time proportional to its length on %s', (_, driver, shardOfIt) => {
    const whole = shardOfIt.repeat(SIZE / shardOfIt.length);
    const part = whole.slice(0, SIZE / 16);
    const ofPart = Math.min(...[1, 2, 3].map(() => millisecondsFor(part, driver)));
    // Sixteen times the text, and a wide margin for the machine; a quadratic scanner takes 256 times as long.
    const limit = 80 * Math.max(ofPart, 5);
    // Other work on the machine only ever adds: the first attempt within the limit counts.
    let ofWhole = Infinity;
    for (let attempt = 0; attempt < 5 && ofWhole >= limit; attempt++) ofWhole = millisecondsFor(whole, driver);
    expect(ofWhole).toBeLessThan(limit);
  });

  it('is cut after eight thousand characters, and a list of any length is not', () => {
    const sql = "SELECT 'a', ".repeat(SIZE / 12);
    expect(fingerprintOf(sql, dialectOf('postgres')).length).toBeLessThan(8250);
    const list = `SELECT a FROM t WHERE b IN (${"'secret', ".repeat(SIZE / 11)}'secret') AND c = 1`;
    expect(fingerprintOf(list, dialectOf('postgres'))).toBe('SELECT a FROM t WHERE b IN (?) AND c = ?');
  });
});

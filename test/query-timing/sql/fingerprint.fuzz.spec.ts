import fc from 'fast-check';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { fingerprintOf } from '../../../src/query-timing/sql/fingerprint';
import { mayBeginOrEndTransaction, QueryTypes, QUERY_TYPES } from '../../../src/query-timing/sql/query-type';

/** Generated texts per property. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500);
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
};

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
  };

  const millisecondsFor = (sql: string, driver: string) => {
    const { user } = process.cpuUsage();
    fingerprintOf(sql, dialectOf(driver), Infinity);
    const types = new QueryTypes(dialectOf(driver));
    for (const text of [sql, `with ${sql}`]) types.indexOf(text);
    mayBeginOrEndTransaction(sql);
    return (process.cpuUsage().user - user) / 1000;
  };

  it.each(Object.entries(hostile))('of %s takes time proportional to its length', (_, shardOfIt) => {
    const whole = shardOfIt.repeat(SIZE / shardOfIt.length);
    const part = whole.slice(0, SIZE / 16);
    const ofPart = Math.min(...[1, 2, 3].map(() => millisecondsFor(part, 'postgres')));
    // Sixteen times the text, and a wide margin for the machine; a quadratic scanner takes 256 times as long.
    const limit = 80 * Math.max(ofPart, 5);
    // Other work on the machine only ever adds: the first attempt within the limit counts.
    let ofWhole = Infinity;
    for (let attempt = 0; attempt < 5 && ofWhole >= limit; attempt++) ofWhole = millisecondsFor(whole, 'postgres');
    expect(ofWhole).toBeLessThan(limit);
  });

  it('takes no longer than eight kilobytes, because the rest is not read', () => {
    const sql = "SELECT 'a', ".repeat(SIZE / 12);
    expect(fingerprintOf(sql, dialectOf('postgres'))).toHaveLength('SELECT ?, '.length * Math.ceil(8192 / 12) - 1 + 1);
  });
});

import type { BackslashRules, SqlDialect } from './dialect';
import { SqlLexer } from './lexer';
import { Normalizer } from './normalizer';

/** Characters of a normalised statement. Longer ones that differ only after this point have one fingerprint. */
export const MAX_FINGERPRINT_INPUT = 8192;

/** Characters that are read: enough for a list of 65,535 parameters, the most that PostgreSQL accepts. */
export const MAX_READ = 1_048_576;

const ELLIPSIS = '…';

/** The start of a statement that is not shown to its end. */
const cut = (text: string): string => (text === '' ? ELLIPSIS : `${text} ${ELLIPSIS}`);

interface Reading {
  readonly text: string;
  /** Its quotes do not match, so the rules cannot be the right ones, or the statement has an error. */
  readonly unclosed: boolean;
}

/**
 * Normalises a statement: literals become `?`, placeholders stay, lists of them (IN, rows of VALUES, arrays) become one
 * element, comments and white space one space. The result contains no user input, and all calls of a statement share one
 * text. Takes time linear in the length; a text longer than `maxLength` is cut and ends in `…`.
 */
export function fingerprintOf(sql: string, dialect: SqlDialect, maxLength: number = MAX_FINGERPRINT_INPUT): string {
  const [usual, ...others] = dialect.backslashes;
  const reading = read(sql, dialect, usual, maxLength);
  if (others.length === 0 || !sql.includes('\\')) return reading.text;
  return common([reading, ...others.map((rules) => read(sql, dialect, rules, maxLength))]);
}

function read(sql: string, dialect: SqlDialect, rules: BackslashRules, maxLength: number): Reading {
  const limit = Math.min(sql.length, maxLength === Infinity ? Infinity : MAX_READ);
  const lexer = new SqlLexer(sql, dialect, limit, rules);
  const isWhole = limit >= sql.length;
  const { text, isCut, isBroken } = new Normalizer(sql, lexer, dialect, maxLength).run(isWhole);
  const unclosed = isBroken || (lexer.unclosed && isWhole && !isCut);
  return { text: isCut || !isWhole ? cut(text) : text, unclosed };
}

/**
 * What all readings have in common. Each of them hides the literals by its own rules, so what they share hides them
 * whatever the rules are.
 */
function common(readings: readonly Reading[]): string {
  const possible = readings.filter(({ unclosed }) => !unclosed);
  const [first, ...others] = (possible.length > 0 ? possible : readings).map(({ text }) => text) as [
    string,
    ...string[],
  ];
  if (others.every((text) => text === first)) return first;
  let length = first.length;
  for (const text of others) {
    let same = 0;
    while (same < length && text[same] === first[same]) same++;
    length = same;
  }
  return cut(first.slice(0, Math.max(0, first.lastIndexOf(' ', length))).trimEnd());
}

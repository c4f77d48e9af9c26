import type { BackslashRules, SqlDialect } from '../sql/dialect';
import { SqlLexer, Token } from '../sql/lexer';

/** Longer statements are not planned: planning them takes long, too. */
const MAX_LENGTH = 65_536;
/** MySQL and MariaDB run the text in such comments. */
const RUN_COMMENT = /\/\*M?!/;

/** What has to be known about a statement to plan it. */
export interface Plannable {
  /** The highest number of a placeholder such as `$3`, or how many `?` there are. */
  readonly parameters: number;
}

/**
 * Undefined unless the text is one statement that can be planned: never several, no SELECT INTO, no text that can be read
 * in several ways.
 */
export function plannable(sql: string, dialect: SqlDialect): Plannable | undefined {
  if (sql.length > MAX_LENGTH || (dialect.mysqlComments && RUN_COMMENT.test(sql))) return undefined;
  const [first, ...others] = dialect.backslashes.slice(0, sql.includes('\\') ? undefined : 1).map((rules) => {
    return readOnce(sql, dialect, rules);
  });
  if (first === undefined || others.some((other) => other !== first)) return undefined;
  return { parameters: first };
}

/** The number of parameters; undefined if the text cannot be planned. */
function readOnce(sql: string, dialect: SqlDialect, rules: BackslashRules): number | undefined {
  const lexer = new SqlLexer(sql, dialect, sql.length, rules);
  let parameters = 0;
  let depth = 0;
  let ended = false;
  let verb: string | undefined;
  for (let token = lexer.next(); token !== Token.End; token = lexer.next()) {
    const mark = token === Token.Punctuation ? sql[lexer.start] : undefined;
    if (ended && mark !== ';') return undefined;
    if (mark === ';') ended = true;
    else if (mark === '(') depth++;
    else if (mark === ')') depth--;
    else if (token === Token.Placeholder) {
      const number = Number(sql.slice(lexer.start + 1, lexer.end));
      parameters = number > 0 ? Math.max(parameters, number) : parameters + 1;
    } else if (token === Token.Word) {
      verb ??= sql.slice(lexer.start, lexer.end).toLowerCase();
      if (depth === 0 && lexer.isWord('into') && verb === 'select') return undefined;
    }
  }
  return lexer.unclosed || lexer.gaveUp || depth !== 0 ? undefined : parameters;
}

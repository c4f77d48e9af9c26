import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';

/** Characters of a statement that are read. Longer statements that differ only after this point have one fingerprint. */
export const MAX_FINGERPRINT_INPUT = 8192;

/**
 * Normalises a statement: literals and placeholders become `?`, lists of them (IN, VALUES, arrays) become one element,
 * comments and white space one space. The result contains no user input, and all calls of a statement share one text.
 * Takes time linear in `maxInput`; a longer statement is cut there and ends in `…`.
 */
export function fingerprintOf(sql: string, dialect: SqlDialect, maxInput: number = MAX_FINGERPRINT_INPUT): string {
  const limit = Math.min(sql.length, maxInput);
  const text = new Normalizer(sql, new SqlLexer(sql, dialect, limit)).run();
  return limit < sql.length ? `${text} …` : text;
}

const LITERAL = '?';

/** An open bracket: where its current element starts in the output, and where the previous element starts and ends. */
interface Bracket {
  elementStart: number;
  previousStart: number;
  previousEnd: number;
  readonly isTuple: boolean;
}

class Normalizer {
  private readonly parts: string[] = [];
  private readonly brackets: Bracket[] = [];
  /** True after the first tuple of a VALUES list. */
  private inTupleList = false;
  private pendingComma = false;
  private afterValues = false;
  private afterIs = false;
  private glued = true;

  constructor(
    private readonly sql: string,
    private readonly lexer: SqlLexer,
  ) {}

  run(): string {
    for (let token = this.lexer.next(); token !== Token.End; token = this.lexer.next()) {
      if (!this.inTupleList || !this.isMoreOfTheTupleList(token)) this.take(token);
    }
    while (this.brackets.length > 0) this.closeElement(this.brackets.pop()!);
    return this.parts.join('');
  }

  private take(token: Token): void {
    const { sql, lexer } = this;
    if (token === Token.Word) return this.word();
    if (token === Token.Punctuation) {
      this.punctuation(sql[lexer.start]!);
    } else {
      this.emit(token === Token.QuotedIdentifier ? sql.slice(lexer.start, lexer.end) : LITERAL);
    }
    this.afterValues = false;
    this.afterIs = false;
  }

  private word(): void {
    const { lexer } = this;
    const isTruth = lexer.isWord('true') || lexer.isWord('false');
    this.emit(isTruth && !this.afterIs ? LITERAL : this.sql.slice(lexer.start, lexer.end));
    this.afterIs = lexer.isWord('is') || (this.afterIs && lexer.isWord('not'));
    this.afterValues = lexer.isWord('values') || (this.afterValues && lexer.isWord('row'));
  }

  private punctuation(c: string): void {
    if (c === ',') {
      this.separator();
    } else if (c === '(' || c === '[') {
      this.emit(c);
      this.glued = true;
      const elementStart = this.parts.length;
      this.brackets.push({ elementStart, previousStart: -1, previousEnd: -1, isTuple: this.afterValues });
    } else if (c === ')' || c === ']') {
      const bracket = this.brackets.pop();
      if (bracket) this.closeElement(bracket);
      this.parts.push(c);
      this.glued = false;
      if (bracket?.isTuple) this.inTupleList = true;
    } else {
      this.emit(c);
    }
  }

  private separator(): void {
    const bracket = this.brackets.at(-1);
    if (bracket) this.closeElement(bracket);
    this.parts.push(', ');
    this.glued = true;
    if (bracket) bracket.elementStart = this.parts.length;
  }

  private emit(text: string): void {
    if (this.lexer.spaced && !this.glued) this.parts.push(' ');
    this.glued = false;
    this.parts.push(text);
  }

  /** Drops the element that ends here if it contains a literal and repeats the previous one. */
  private closeElement(bracket: Bracket): void {
    const { parts } = this;
    const { elementStart, previousStart, previousEnd } = bracket;
    const length = parts.length - elementStart;
    let hasLiteral = false;
    let repeats = previousStart >= 0 && previousEnd - previousStart === length;
    for (let k = 0; repeats && k < length; k++) {
      repeats = parts[previousStart + k] === parts[elementStart + k];
      hasLiteral ||= parts[elementStart + k] === LITERAL;
    }
    if (repeats && hasLiteral) {
      parts.length = previousEnd;
    } else {
      bracket.previousStart = elementStart;
      bracket.previousEnd = parts.length;
    }
  }

  /** Skips all tuples of a VALUES list after the first. Returns false for a token that is not part of the list. */
  private isMoreOfTheTupleList(token: Token): boolean {
    const c = token === Token.Punctuation ? this.sql[this.lexer.start] : '';
    if (!this.pendingComma) {
      if (c === ',') return (this.pendingComma = true);
    } else if (c === '(') {
      this.skipTuple();
      this.pendingComma = false;
      return true;
    } else if (token === Token.Word && this.lexer.isWord('row')) {
      return true;
    } else {
      this.pendingComma = false;
      this.separator();
    }
    this.inTupleList = false;
    return false;
  }

  private skipTuple(): void {
    let depth = 1;
    for (let token = this.lexer.next(); token !== Token.End; token = this.lexer.next()) {
      if (token !== Token.Punctuation) continue;
      const c = this.sql[this.lexer.start];
      if (c === '(') depth++;
      else if (c === ')' && --depth === 0) return;
    }
  }
}

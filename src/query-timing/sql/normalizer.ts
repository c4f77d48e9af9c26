import {
  assigns,
  BEFORE_VALUE,
  commandOf,
  commandOfTwo,
  commandWithin,
  COPY_OPTIONS,
  isRule,
  precedesSecret,
  PROCEDURE_WORDS,
  type CommandWords,
} from './commands';
import type { SqlDialect } from './dialect';
import { verdictOf } from './double-quoted';
import { Token, type SqlLexer } from './lexer';
import { LITERAL, NormalizedText, Run } from './normalized-text';
import { QuoteCheck } from './quote-check';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words after which a sign belongs to the number, not to an operation. */
const BEFORE_SIGN = words(
  'select distinct all where and or not on having when then else case between in like is limit offset by default ' +
    'values value return returning set top step as to from for interval div mod',
);

/** Words that end a chain of conditions. */
const CLAUSES = words(
  'select from where on having group order limit offset returning for union intersect except values set window ' +
    'case when then else end using join',
);

/** Words that say what a double-quoted text means. */
const DECIDING_CLAUSES = words('select from where on having set by returning values limit when');

/** Functions with any number of arguments: their lists are as long as the application's. */
const VARIADIC = words(
  'in field elt concat concat_ws coalesce greatest least array json_array json_object json_build_array ' +
    'json_build_object jsonb_build_array jsonb_build_object make_set char choose decode num_nulls num_nonnulls',
);

/** Words after which brackets hold columns, and after which a name does that has brackets. */
const BEFORE_COLUMNS = words('key unique conflict using');
const BEFORE_TABLE = words('into table exists on references index with recursive view');

const MAX_WORD = 24;
const PLACEHOLDER = /[$:@]\w/;

enum Kind {
  /** The statement, or brackets with a fixed number of elements. */
  Group,
  /** A list with any number of elements: only one is shown. */
  List,
  /** A row of VALUES. */
  Row,
}

class Frame {
  /** Elements separated by commas or OR. */
  readonly terms: Run;
  /** WHEN … THEN … */
  readonly cases: Run;
  /** SELECT … UNION SELECT … */
  readonly selects: Run;
  clause = '';
  inCases = false;
  afterUnion = false;
  /** Where a literal becomes a name again if FROM follows. */
  readonly undecided: { readonly index: number; readonly name: string }[] = [];

  constructor(
    readonly kind: Kind,
    start: number,
    readonly inColumns: boolean,
  ) {
    this.terms = new Run(start);
    this.cases = new Run(start);
    this.selects = new Run(start);
  }
}

/** Normalises one text, token by token. */
export class Normalizer {
  private readonly output = new NormalizedText();
  private frame = new Frame(Kind.Group, 0, false);
  private readonly outer: Frame[] = [];
  private isCut = false;

  // The token before: its word in lower case or its mark, and whether an operator may follow it.
  private word = '';
  private mark = '';
  private afterOperand = false;
  private glued = true;

  /** A sign that is not written yet, because it may belong to a literal. */
  private sign = '';
  private signSpaced = false;

  // The statement: its first two words, and what they mean for the rest.
  private verb = '';
  private wordCount = 0;
  private command: CommandWords | undefined;
  private isAssigning = false;
  private hideNext = false;
  /** After IDENTIFIED BY in GRANT, one password per user may follow. */
  private isIdentified = false;
  /** After the name of a procedure that is executed. */
  private isArgument = false;
  /** Depth of brackets in the value of a setting, which is skipped; -1 outside. */
  private skippedDepth = -1;
  private readsData = false;

  /** True after the first row of a VALUES list. */
  private inRows = false;
  private pendingComma = false;
  private afterValues = false;
  private afterIs = false;
  /** True after the name of a table that may be followed by its columns. */
  private afterTable = false;
  private tableIsNext = false;
  private readonly names = new Set<string>();
  private readonly quotes: QuoteCheck;

  constructor(
    private readonly sql: string,
    private readonly lexer: SqlLexer,
    private readonly dialect: SqlDialect,
    private readonly maxLength: number,
  ) {
    this.quotes = new QuoteCheck(sql);
  }

  /** @param isWhole the lexer reads the statement to its end */
  run(isWhole: boolean): { readonly text: string; readonly isCut: boolean; readonly isBroken: boolean } {
    const { lexer, output } = this;
    let open: number | undefined;
    for (let token = lexer.next(); token !== Token.End; token = lexer.next()) {
      if (lexer.unclosed && isWhole) open = lexer.start;
      if (token === Token.Word && this.quotes.rejects(this.text(), lexer.start)) break;
      if (this.skippedDepth >= 0 && this.isSkipped(token)) continue;
      if (this.inRows && this.isMoreOfTheRows(token)) continue;
      if (this.quotes.mismatched) break;
      this.take(token);
      if (output.characters > this.maxLength) this.isCut = true;
      if (this.isCut) break;
    }
    const shown = this.quotes.shown(open);
    if (shown !== undefined) {
      while (lexer.next() !== Token.End);
      output.truncate(shown);
      return { text: output.toString().trimEnd(), isCut: true, isBroken: lexer.unclosed && isWhole };
    }
    this.writeSign();
    for (;;) {
      this.closeRuns();
      const outer = this.outer.pop();
      if (!outer) break;
      this.frame = outer;
    }
    return { text: output.toString(), isCut: this.isCut || lexer.gaveUp, isBroken: false };
  }

  private take(token: Token): void {
    switch (token) {
      case Token.Word:
        this.writeSign();
        this.takeWord();
        return;
      case Token.Literal:
        this.takeLiteral();
        break;
      case Token.Placeholder:
        this.writeSign();
        this.value(this.text());
        break;
      case Token.Punctuation:
        this.takeMark(this.sql[this.lexer.start]!);
        break;
      default:
        this.writeSign();
        this.takeQuoted(token);
    }
    this.afterValues = this.afterIs = false;
  }

  // Words

  private takeWord(): void {
    const { lexer } = this;
    const word = lexer.end - lexer.start <= MAX_WORD ? this.text().toLowerCase() : '';
    this.countWord(word);
    if (this.hidesName(word)) {
      this.value(LITERAL);
    } else if ((word === 'true' || word === 'false') && !this.afterIs) {
      this.value(LITERAL);
    } else {
      this.keyword(word);
    }
    this.afterIs = word === 'is' || (this.afterIs && word === 'not');
    this.afterValues = word === 'values' || (this.afterValues && word === 'row');
  }

  private countWord(word: string): void {
    const { executesProcedures } = this.dialect;
    if (this.wordCount === 0) {
      this.verb = word;
      this.command = commandOf(word, executesProcedures);
      this.isAssigning = assigns(word, '');
    } else if (this.wordCount === 1) {
      this.command ??= commandOfTwo(this.verb, word);
    }
    if (this.verb === 'alter' && word === 'set') this.isAssigning = assigns('alter', this.second);
    if (this.wordCount === 1) this.second = word;
    this.wordCount++;
  }

  private second = '';

  /** Whether the word is a name that the application makes up: of a savepoint, a cursor, a channel, a password. */
  private hidesName(word: string): boolean {
    if (this.hideNext && !isRule(this.word, word)) return true;
    if (this.isArgument && !PROCEDURE_WORDS.has(word)) return this.mark !== '.';
    const { command } = this;
    if (command === undefined || this.wordCount === 1 || command.kept.has(word)) return false;
    if (!command.end.has(word)) return true;
    this.command = undefined;
    return false;
  }

  private keyword(word: string): void {
    const { frame, output } = this;
    if (word === 'or') {
      frame.terms.close(output);
      this.emit(this.text());
      frame.terms.next(output.length);
    } else if (CLAUSES.has(word)) {
      this.startClause(word);
      this.emit(this.text());
      frame.terms.restart(output.length);
    } else {
      this.emit(this.text());
    }
    if (DECIDING_CLAUSES.has(word)) frame.clause = word;
    this.hideNext =
      precedesSecret(this.verb, this.second, this.word, word) || (word === 'of' && this.word === 'current');
    this.isIdentified ||= word === 'by' && this.hideNext && this.verb === 'grant';
    this.startCommand(word);
    if (this.isAssigning && (word === 'to' || BEFORE_VALUE.has(word))) this.skippedDepth = 0;
    this.afterTable = this.tableIsNext && !BEFORE_TABLE.has(word);
    this.tableIsNext = BEFORE_TABLE.has(word);
    this.word = word;
    this.mark = '';
    this.afterOperand = word !== '' && !BEFORE_SIGN.has(word);
  }

  private startCommand(word: string): void {
    const { verb } = this;
    if (verb === 'copy' && word === 'stdin') {
      this.readsData = true;
      this.command = COPY_OPTIONS;
    } else if (this.wordCount > 1) {
      this.command ??= commandWithin(verb, this.word, word);
      this.isArgument ||= this.callsProcedure;
    }
  }

  private get callsProcedure(): boolean {
    return this.dialect.executesProcedures && (this.verb === 'exec' || this.verb === 'execute');
  }

  private startClause(word: string): void {
    const { frame, output } = this;
    if (frame.kind === Kind.Group) frame.terms.close(output);
    if (word === 'when' || word === 'else' || word === 'end') {
      if (frame.inCases) frame.cases.close(output);
      if (word === 'when' && frame.inCases) frame.cases.next(output.length);
      else frame.cases.restart(output.length);
      frame.inCases = word === 'when';
    } else if (word === 'union') {
      frame.selects.close(output);
      frame.afterUnion = true;
    } else if (word === 'select') {
      if (frame.afterUnion) frame.selects.next(output.length);
      else frame.selects.restart(output.length);
      frame.afterUnion = false;
    } else if (word === 'order' || word === 'limit' || word === 'intersect' || word === 'except') {
      frame.selects.close(output);
      frame.selects.restart(output.length);
    } else if (word === 'from') {
      for (const { index, name } of frame.undecided) this.showName(index, name);
    }
    if (word !== 'from') this.dropUndecided(word);
    else frame.undecided.length = 0;
  }

  private dropUndecided(word: string): void {
    if (word === 'select' || word === 'union') this.frame.undecided.length = 0;
  }

  private showName(index: number, name: string): void {
    this.output.replace(index, name);
    this.names.add(name);
  }

  // Names in quotes

  private takeQuoted(token: Token): void {
    const text = this.text();
    if (this.hidesQuoted(token)) {
      this.noteText();
      this.value(LITERAL);
    } else if (token === Token.DoubleQuoted && !this.names.has(text) && !this.isName(text)) {
      this.noteText();
      this.value(LITERAL);
    } else {
      this.quotes.name(this.output.length, this.lexer.start, this.lexer.end);
      if (token === Token.DoubleQuoted) this.names.add(text);
      this.emit(text);
      this.afterTable = this.tableIsNext || this.mark === '.';
      this.tableIsNext = false;
      this.word = this.mark = '';
      this.afterOperand = true;
    }
  }

  private hidesQuoted(token: Token): boolean {
    if (this.hideNext || (this.command && this.wordCount > 0)) return true;
    if (this.isArgument) return this.mark !== '.';
    this.isArgument = this.callsProcedure && this.wordCount > 0;
    // The file of VACUUM INTO.
    return token === Token.DoubleQuoted && this.verb === 'vacuum' && this.word === 'into';
  }

  private isName(text: string): boolean {
    const { frame, word, mark } = this;
    const afterOperand = this.afterOperand && word === '';
    const { clause, inColumns } = frame;
    const verdict = verdictOf(this.sql, this.lexer, { word, mark, afterOperand, clause, inColumns });
    if (verdict === 'name if FROM follows' && /^(?:select|with|create|explain)$/.test(this.verb)) {
      this.undecided = text;
    }
    return verdict === 'name';
  }

  /** The name that the next literal may turn out to be. */
  private undecided = '';

  // Values

  private takeLiteral(): void {
    this.noteText();
    if (this.sign !== '') {
      if (this.afterOperand) {
        this.space();
        this.output.push(`${this.sign} `);
        this.sign = '';
        this.glued = true;
      } else {
        // The sign belongs to the literal.
        this.sign = '';
        this.value(LITERAL, this.signSpaced);
        return;
      }
    }
    this.value(LITERAL);
  }

  private noteText(): void {
    const { start, end, unclosed } = this.lexer;
    if (unclosed || `'"$`.includes(this.sql[end - 1]!)) this.quotes.text(this.output.length, start, end);
  }

  private value(text: string, spaced = this.lexer.spaced): void {
    if (spaced) this.space();
    this.glued = false;
    if (this.undecided !== '') {
      this.frame.undecided.push({ index: this.output.length, name: this.undecided });
      this.undecided = '';
    }
    this.output.push(text, true);
    if (this.command?.once) this.command = undefined;
    this.hideNext = this.tableIsNext = this.afterTable = false;
    this.word = '';
    this.mark = text === LITERAL ? '' : text[0]!;
    this.afterOperand = true;
    if (this.frame.kind === Kind.List && this.frame.terms.isSingle(this.output)) {
      this.output.hasGaps = this.lexer.skipSimpleElements() || this.output.hasGaps;
    }
  }

  // Marks

  private takeMark(mark: string): void {
    if ((mark === '-' || mark === '+') && !this.belongsToOperator()) {
      this.writeSign();
      this.sign = mark;
      this.signSpaced = this.lexer.spaced;
      return;
    }
    this.writeSign();
    const isVariable = this.mark === '@';
    switch (mark) {
      case ',':
        this.comma();
        this.hideNext = this.isIdentified;
        break;
      case '(':
      case '[':
        this.open(mark);
        return;
      case ')':
      case ']':
        this.close(mark);
        return;
      case ';':
        this.emit(mark);
        this.endStatement();
        break;
      default:
        this.emit(mark);
    }
    this.afterTable &&= mark === '.';
    this.word = '';
    this.mark = mark;
    this.afterOperand = false;
    if (mark === '=' && this.isAssigning && !isVariable && this.outer.length === 0) this.skippedDepth = 0;
  }

  /** PostgreSQL's operators, such as `#-` and `@-`. */
  private belongsToOperator(): boolean {
    return !this.lexer.spaced && this.mark !== '' && '#@~!%^&|`?'.includes(this.mark);
  }

  private writeSign(): void {
    if (this.sign === '') return;
    const { sign } = this;
    this.sign = '';
    if (this.signSpaced) this.space();
    this.output.push(sign);
    this.glued = false;
    this.word = '';
    this.mark = sign;
    this.afterOperand = false;
  }

  private comma(): void {
    const { frame, output } = this;
    if (frame.kind === Kind.List) frame.terms.closeListed(output);
    output.push(', ');
    this.glued = true;
    if (frame.kind === Kind.List) frame.terms.next(output.length);
    else frame.terms.restart(output.length);
  }

  private open(mark: string): void {
    const { word } = this;
    const inColumns = BEFORE_COLUMNS.has(word) || this.afterTable || /^(?:table|index|foreign_key)_/.test(word);
    let kind = Kind.Group;
    if (this.afterValues) kind = Kind.Row;
    else if (mark === '[' || VARIADIC.has(word)) kind = Kind.List;
    this.emit(mark);
    this.glued = true;
    this.outer.push(this.frame);
    this.frame = new Frame(kind, this.output.length, inColumns);
    this.word = '';
    this.mark = '(';
    this.afterOperand = this.afterTable = this.tableIsNext = false;
  }

  private close(mark: string): void {
    const { kind } = this.frame;
    this.closeRuns();
    const outer = this.outer.pop();
    this.output.push(mark);
    this.glued = false;
    this.word = '';
    this.mark = mark;
    this.afterOperand = true;
    if (outer) this.frame = outer;
    if (outer && kind === Kind.Row) this.inRows = true;
  }

  private closeRuns(): void {
    const { frame, output } = this;
    if (frame.kind === Kind.List) frame.terms.closeListed(output);
    else frame.terms.close(output);
    frame.selects.close(output);
  }

  private endStatement(): void {
    const { frame, output } = this;
    if (this.readsData) this.isCut = true;
    this.verb = this.second = '';
    this.wordCount = 0;
    this.command = undefined;
    this.isAssigning = this.hideNext = this.inRows = this.isIdentified = this.isArgument = false;
    frame.clause = '';
    frame.undecided.length = 0;
    for (const run of [frame.terms, frame.cases, frame.selects]) run.restart(output.length);
  }

  // What is read and not written

  /** The value of a setting: one literal, whatever it consists of. Returns false for the token after it. */
  private isSkipped(token: Token): boolean {
    const mark = token === Token.Punctuation ? this.sql[this.lexer.start]! : '';
    const isEnd =
      this.skippedDepth === 0 &&
      (mark === ';' ||
        (mark === ',' && this.dialect.mysqlComments) ||
        (this.second === 'statement' && this.isFor(token)));
    if (isEnd) {
      this.skippedDepth = -1;
      if (token === Token.Word) {
        this.emit(this.text());
        this.endStatement();
        return true;
      }
      return false;
    }
    if (token === Token.Literal) this.noteText();
    if (this.mark !== 'value') this.value(LITERAL);
    this.mark = 'value';
    if (mark === '(') this.skippedDepth++;
    if (mark === ')' && this.skippedDepth > 0) this.skippedDepth--;
    return true;
  }

  private isFor(token: Token): boolean {
    return token === Token.Word && this.lexer.isWord('for');
  }

  /** Skips all rows of a VALUES list after the first. Returns false for a token that is not part of the list. */
  private isMoreOfTheRows(token: Token): boolean {
    const mark = token === Token.Punctuation ? this.sql[this.lexer.start] : '';
    if (!this.pendingComma) {
      if (mark === ',') return (this.pendingComma = true);
    } else if (mark === '(') {
      this.skipRow();
      this.pendingComma = false;
      return true;
    } else if (token === Token.Word && this.lexer.isWord('row')) {
      return true;
    } else {
      this.pendingComma = false;
      this.comma();
      this.word = '';
      this.mark = ',';
      this.afterOperand = false;
    }
    this.inRows = false;
    return false;
  }

  private skipRow(): void {
    const { lexer } = this;
    const { start, end } = lexer;
    this.quotes.text(this.output.length, start, end);
    if (lexer.skipSimpleBrackets()) {
      this.output.hasGaps ||= PLACEHOLDER.test(this.sql.slice(end, lexer.end));
      return;
    }
    let depth = 1;
    for (let token = lexer.next(); token !== Token.End; token = lexer.next()) {
      if (token === Token.Placeholder && lexer.end - lexer.start > 1) this.output.hasGaps = true;
      if (token === Token.Literal) this.noteText();
      if (token === Token.Word && this.quotes.rejects(this.text(), lexer.start)) return;
      if (token !== Token.Punctuation) continue;
      const mark = this.sql[lexer.start];
      if (mark === '(') depth++;
      else if (mark === ')' && --depth === 0) return;
    }
  }

  private text(): string {
    return this.sql.slice(this.lexer.start, this.lexer.end);
  }

  private emit(text: string): void {
    if (this.lexer.spaced) this.space();
    this.glued = false;
    this.output.push(text);
  }

  private space(): void {
    if (!this.glued) this.output.push(' ');
  }
}

import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';

/** Characters that are read: a longer statement has lists that say no more. */
const MAX_READ = 16_384;

const ZERO = 48;
const NINE = 57;

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words that cannot be the alias of a table. */
const AFTER_TABLE = words(
  'where on using join inner left right full cross natural lateral group order having limit offset fetch for union ' +
    'intersect except returning set values default select window tablesample use force ignore partition straight_join',
);
const BEFORE_TABLE = words('from join into update');
/** Words that no operand begins with. */
const NOT_OPERANDS = words(
  'and or not where on in like ilike between is null select from join having by case when then',
);

export interface TableReference {
  /** Its names, outermost first: of a schema, if it has one, and of the table. */
  readonly path: readonly string[];
  /** The name of the table, if it has no other. */
  readonly alias: string;
}

/** `alias.column`; the alias is empty if the column has none. */
export interface ColumnReference {
  readonly alias: string;
  readonly column: string;
}

/** A column that is compared with values. */
export interface Comparison extends ColumnReference {
  readonly operator: '=' | 'in' | 'like' | 'range';
  /** The value is written in the statement: it is the same each time. */
  readonly constant: boolean;
  /** In a list. */
  readonly values: number;
}

/** What a statement reads or changes, and by which columns. */
export interface StatementShape {
  /** In their order, those of inner queries included. */
  readonly tables: readonly TableReference[];
  readonly comparisons: readonly Comparison[];
  /** Columns that are compared with each other: for equality, or as the bounds of a range with the first one. */
  readonly joins: readonly {
    readonly left: ColumnReference;
    readonly right: ColumnReference;
    readonly range: boolean;
  }[];
  /** Inserted; 0 if there is no list of values. */
  readonly rows: number;
  readonly offset: boolean;
  readonly limit: boolean;
}

interface Part {
  readonly token: Token;
  /** A word in lower case, a name without quotes, or a character. */
  readonly text: string;
  /** A word that may be a keyword. */
  readonly bare: boolean;
}

const END: Part = { token: Token.End, text: '', bare: false };

/** Reads the tables of a statement and the columns that it compares: everything that TypeORM writes, and most that people do. */
export function shapeOf(sql: string, dialect: SqlDialect): StatementShape {
  return new ShapeReader(partsOf(sql, dialect)).read();
}

function partsOf(sql: string, dialect: SqlDialect): Part[] {
  const lexer = new SqlLexer(sql, dialect, Math.min(sql.length, MAX_READ));
  const parts: Part[] = [];
  for (let token = lexer.next(); token !== Token.End; token = lexer.next()) {
    const raw = sql.slice(lexer.start, lexer.end);
    if (token === Token.Word) parts.push({ token, text: raw.toLowerCase(), bare: true });
    else if (token === Token.QuotedIdentifier || token === Token.DoubleQuoted) {
      const quote = raw.at(-1)!;
      parts.push({ token: Token.Word, text: raw.slice(1, -1).replaceAll(quote + quote, quote), bare: false });
    } else if (
      token === Token.Literal &&
      dialect.inlinesNumbers &&
      raw.charCodeAt(0) <= NINE &&
      raw.charCodeAt(0) >= ZERO
    ) {
      parts.push({ token: Token.Placeholder, text: '', bare: false });
    } else parts.push({ token, text: token === Token.Punctuation ? raw : '', bare: false });
  }
  return parts;
}

class ShapeReader {
  private readonly tables: TableReference[] = [];
  private readonly comparisons: Comparison[] = [];
  private readonly joins: { left: ColumnReference; right: ColumnReference; range: boolean }[] = [];
  private rows = 0;
  private offset = false;
  private limit = false;
  private at = 0;

  constructor(private readonly parts: readonly Part[]) {}

  read(): StatementShape {
    while (this.at < this.parts.length) this.step();
    const { tables, comparisons, joins, rows, offset, limit } = this;
    return { tables, comparisons, joins, rows, offset, limit };
  }

  private step(): void {
    const { text, bare, token } = this.peek();
    if (bare && BEFORE_TABLE.has(text)) {
      this.at++;
      this.table(text === 'into');
    } else if (bare && text === 'values') {
      this.at++;
      this.inserted();
    } else if (bare && text === 'offset') {
      this.offset = true;
      this.at++;
    } else if (bare && text === 'limit') {
      this.limit = true;
      this.at++;
    } else if (token === Token.Placeholder || token === Token.Literal) {
      this.at++;
      this.valueFirst(token === Token.Literal);
    } else if (token === Token.Word && !(bare && NOT_OPERANDS.has(text))) {
      this.operand();
    } else this.at++;
  }

  /** After FROM, JOIN, INTO or UPDATE. */
  private table(into = false): void {
    const first = this.peek();
    if (first.bare && (first.text === 'only' || first.text === 'lateral')) this.at++;
    const path = this.path();
    if (path.length === 0) return;
    // A function, such as generate_series.
    if (this.isMark('(') && !into) return;
    if (this.peek().bare && this.peek().text === 'as') this.at++;
    const next = this.peek();
    const aliased = next.token === Token.Word && !(next.bare && AFTER_TABLE.has(next.text));
    if (aliased) this.at++;
    this.tables.push({ path, alias: aliased ? next.text : path.at(-1)! });
    if (this.isMark(',')) {
      this.at++;
      this.table();
    }
  }

  /** A column or something else, and what it is compared with. */
  private operand(): void {
    const path = this.path();
    if (path.length === 0) {
      this.at++;
      return;
    }
    const left = columnOf(path);
    const { text, bare, token } = this.peek();
    if (token === Token.Punctuation && '=<>'.includes(text)) {
      this.at++;
      const range = text !== '=';
      if (range && this.isMark('=')) this.at++;
      this.compared(left, range ? 'range' : '=');
    } else if (bare && text === 'in') {
      this.at++;
      this.list(left);
    } else if (bare && (text === 'like' || text === 'ilike')) {
      this.at++;
      this.compare(left, 'like', this.peek().token === Token.Literal);
    } else if (bare && text === 'between') {
      this.at++;
      this.compared(left, 'range');
    }
  }

  private compared(left: ColumnReference, operator: '=' | 'range'): void {
    const next = this.peek();
    if (next.token === Token.Placeholder || next.token === Token.Literal) {
      this.at++;
      this.compare(left, operator, next.token === Token.Literal);
    } else if (next.bare && (next.text === 'any' || next.text === 'all')) {
      this.compare(left, 'in', false, Infinity);
    } else if (next.token === Token.Word && !(next.bare && NOT_OPERANDS.has(next.text))) {
      const right = this.path();
      if (right.length > 0 && !this.isMark('(')) {
        this.joins.push({ left, right: columnOf(right), range: operator === 'range' });
      }
    }
  }

  /** `(…)` after IN. */
  private list(left: ColumnReference): void {
    if (!this.isMark('(')) return;
    const first = this.parts[this.at + 1] ?? END;
    if (first.bare && (first.text === 'select' || first.text === 'with')) return;
    const { elements, constant } = this.elements();
    this.compare(left, 'in', constant, elements);
  }

  /** The rows of an INSERT. */
  private inserted(): void {
    while (this.isMark('(')) {
      this.elements();
      this.rows++;
      if (this.isMark(',')) this.at++;
    }
  }

  private compare(column: ColumnReference, operator: Comparison['operator'], constant: boolean, values = 1): void {
    this.comparisons.push({ ...column, operator, constant, values });
  }

  /** Skips brackets, and counts their elements. */
  private elements(): { elements: number; constant: boolean } {
    let depth = 0;
    let elements = 1;
    let constant = true;
    for (; this.at < this.parts.length; this.at++) {
      const { token, text } = this.peek();
      if (token === Token.Placeholder) constant = false;
      if (token !== Token.Punctuation) continue;
      if (text === '(') depth++;
      else if (text === ')' && --depth === 0) {
        this.at++;
        break;
      } else if (text === ',' && depth === 1) elements++;
    }
    return { elements, constant };
  }

  /** `$1 = column` */
  private valueFirst(constant: boolean): void {
    if (!this.isMark('=')) return;
    this.at++;
    const path = this.path();
    if (path.length > 0) this.compare(columnOf(path), '=', constant);
  }

  /** Names with dots between them. */
  private path(): string[] {
    const path: string[] = [];
    while (this.peek().token === Token.Word) {
      path.push(this.peek().text);
      this.at++;
      if (!this.isMark('.')) break;
      this.at++;
    }
    return path;
  }

  private peek(): Part {
    return this.parts[this.at] ?? END;
  }

  private isMark(mark: string): boolean {
    const { token, text } = this.parts[this.at] ?? END;
    return token === Token.Punctuation && text === mark;
  }
}

function columnOf(path: readonly string[]): ColumnReference {
  return { alias: path.at(-2) ?? '', column: path.at(-1)! };
}

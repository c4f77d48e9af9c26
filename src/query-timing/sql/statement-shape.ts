import type { SqlDialect } from './dialect';
import { Token } from './lexer';
import { END, partsOf, type Part } from './statement-parts';

/** Parts of the arguments of a function that are read. */
const MAX_ARGUMENTS = 20;

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

/** Functions that make rows, or one comparison, of a list. */
const OF_A_LIST = words(
  'unnest json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_to_recordset ' +
    'jsonb_to_recordset json_populate_recordset jsonb_populate_recordset json_table json_each string_to_table ' +
    'regexp_split_to_table find_in_set',
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

/** A value that says where a page begins: as it is written, or the index of the parameter. */
export type PageStart = string | number;

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
  /** The offset and the bounds of ranges. Undefined if one of them is not known. */
  readonly pageStarts: readonly PageStart[] | undefined;
  /** It reads the rows of a list that is one parameter. */
  readonly unnests: boolean;
  /** It leaves out rows that others have locked. */
  readonly skipsLocked: boolean;
}

/** Reads the tables of a statement and the columns that it compares: everything that TypeORM writes, and most that people do. */
export function shapeOf(sql: string, dialect: SqlDialect): StatementShape {
  return new ShapeReader(partsOf(sql, dialect)).read();
}

class ShapeReader {
  private readonly tables: TableReference[] = [];
  private readonly comparisons: Comparison[] = [];
  private readonly joins: { left: ColumnReference; right: ColumnReference; range: boolean }[] = [];
  private rows = 0;
  private offset = false;
  private limit = false;
  private unnests = false;
  private skipsLocked = false;
  /** Indexes of parts. */
  private readonly starts: number[] = [];
  /** Between SET and WHERE, `=` assigns. */
  private assigns = false;
  private at = 0;

  constructor(private readonly parts: readonly Part[]) {}

  read(): StatementShape {
    while (this.at < this.parts.length) this.step();
    const { tables, comparisons, joins, rows, offset, limit, unnests, skipsLocked } = this;
    const pageStarts = this.pageStarts();
    return { tables, comparisons, joins, rows, offset, limit, pageStarts, unnests, skipsLocked };
  }

  private step(): void {
    const { text, bare, token } = this.peek();
    if (bare && this.keyword(text)) return;
    if (text === '(' && token === Token.Punctuation) {
      this.at++;
      this.rowOfColumns();
    } else if (token === Token.Placeholder || token === Token.Literal) {
      this.at++;
      this.valueFirst(token === Token.Literal);
    } else if (token === Token.Word && !(bare && NOT_OPERANDS.has(text))) {
      this.operand();
    } else this.at++;
  }

  /** @returns whether it was one that says something */
  private keyword(text: string): boolean {
    const before = (this.parts[this.at - 1] ?? END).text;
    const next = this.parts[this.at + 1] ?? END;
    if (text === 'where' || text === 'from') this.assigns = false;
    if (text === 'update' && (before === 'for' || before === 'key' || next.text === 'set')) {
      this.at++;
      // `ON DUPLICATE KEY UPDATE a = b`, but not `FOR NO KEY UPDATE`.
      this.assigns = before === 'key' && this.parts[this.at - 3]?.text === 'duplicate';
    } else if (BEFORE_TABLE.has(text)) {
      this.at++;
      this.table(text === 'into');
    } else if (text === 'set') {
      this.at++;
      this.assigns = true;
    } else if (text === 'values' && !this.assigns) {
      this.at++;
      this.inserted();
    } else if (text === 'offset') {
      this.at++;
      this.beginsAt(this.at);
    } else if (text === 'limit') {
      this.at += 2;
      this.limit = true;
      // `LIMIT 20, 10`
      if (this.isMark(',')) this.beginsAt(this.at - 1);
    } else if (text === 'fetch' && (next.text === 'first' || next.text === 'next')) {
      this.at += 2;
      this.limit = true;
    } else if (text === 'skip' && next.text === 'locked') {
      this.at += 2;
      this.skipsLocked = true;
    } else return false;
    return true;
  }

  private beginsAt(part: number): void {
    this.offset = true;
    this.starts.push(part);
  }

  private pageStarts(): PageStart[] | undefined {
    const starts = this.starts.map((at) => this.valueAt(at));
    return starts.includes(undefined) ? undefined : (starts as PageStart[]);
  }

  private valueAt(at: number): PageStart | undefined {
    const { token, text } = this.parts[at] ?? END;
    if (token === Token.Literal || /^\d/.test(text)) return text;
    if (token !== Token.Placeholder) return undefined;
    if (/^\$\d+$/.test(text)) return Number(text.slice(1)) - 1;
    return text === '?' ? this.parts.slice(0, at).filter((part) => part.text === '?').length : undefined;
  }

  /** After FROM, JOIN, INTO or UPDATE. */
  private table(into = false): void {
    const first = this.peek();
    if (first.bare && (first.text === 'only' || first.text === 'lateral')) this.at++;
    const path = this.path();
    if (path.length === 0) return;
    // A function, such as generate_series.
    if (this.isMark('(') && !into) {
      this.call(path);
      return;
    }
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
    if (path.length === 0) this.at++;
    else if (!this.isMark('(')) this.comparison([columnOf(path)]);
    else if (path[0] !== 'row') this.call(path);
  }

  /** After a bracket: several columns that are compared together, as in `(a, b) > ($1, $2)`. */
  private rowOfColumns(): void {
    const start = this.at;
    const columns: ColumnReference[] = [];
    let mark = ',';
    while (mark === ',') {
      const path = this.path();
      mark = path.length === 0 ? '' : this.peek().text;
      columns.push(columnOf(path));
      this.at++;
    }
    if (columns.length < 2 || mark !== ')' || !this.comparison(columns)) this.at = start;
  }

  /** What columns are compared with. @returns false if no operator follows them */
  private comparison(columns: readonly ColumnReference[]): boolean {
    const { text, bare, token } = this.peek();
    if (token === Token.Punctuation && '=<>'.includes(text)) {
      this.at++;
      const range = text !== '=';
      if (range && this.isMark('=')) this.at++;
      if (range || !this.assigns) this.compared(columns, range ? 'range' : '=');
    } else if (bare && text === 'in') {
      this.at++;
      this.list(columns);
    } else if (bare && (text === 'like' || text === 'ilike')) {
      this.at++;
      this.compare(columns, 'like', this.peek().token === Token.Literal);
    } else if (bare && text === 'between') {
      this.at++;
      this.compared(columns, 'range');
    } else return false;
    return true;
  }

  private compared(columns: readonly ColumnReference[], operator: '=' | 'range'): void {
    if (columns.length > 1 && this.peek().text === 'row') this.at++;
    const next = this.peek();
    if (next.token === Token.Placeholder || next.token === Token.Literal) {
      if (operator === 'range') this.starts.push(this.at);
      this.at++;
      this.compare(columns, operator, next.token === Token.Literal);
    } else if (next.bare && (next.text === 'any' || next.text === 'all')) {
      this.compare(columns, 'in', false, Infinity);
    } else if (columns.length > 1 && this.isMark('(') && !this.beginsQuery()) {
      const begin = this.at;
      this.compare(columns, operator, this.elements().constant);
      if (operator === 'range') this.beginsInside(begin);
    } else if (next.token === Token.Word && !(next.bare && NOT_OPERANDS.has(next.text))) {
      const right = this.path();
      if (right.length > 0 && !this.isMark('(')) {
        this.joins.push({ left: columns[0]!, right: columnOf(right), range: operator === 'range' });
      }
    }
  }

  /** Each value of a row that is compared. */
  private beginsInside(begin: number): void {
    for (let at = begin; at < this.at; at++) {
      const { token } = this.parts[at]!;
      if (token === Token.Placeholder || token === Token.Literal) this.starts.push(at);
    }
  }

  /** `(…)` after IN. */
  private list(columns: readonly ColumnReference[]): void {
    if (!this.isMark('(') || this.beginsQuery()) return;
    const { elements, constant } = this.elements();
    this.compare(columns, 'in', constant, elements);
  }

  /** The bracket here is that of an inner query. */
  private beginsQuery(): boolean {
    const { bare, text } = this.parts[this.at + 1] ?? END;
    return bare && (text === 'select' || text === 'with');
  }

  /** The bracket of a function, whose arguments follow. */
  private call(path: readonly string[]): void {
    this.at++;
    if (!OF_A_LIST.has(path.at(-1)!.toLowerCase())) return;
    const argument = this.parts.slice(this.at, this.at + MAX_ARGUMENTS);
    const end = argument.findIndex(({ token, text }) => token === Token.Punctuation && text === ')');
    this.unnests ||= argument.slice(0, end < 0 ? undefined : end).some(({ token }) => token === Token.Placeholder);
  }

  /** The rows of an INSERT. */
  private inserted(): void {
    while (this.isMark('(')) {
      this.elements();
      this.rows++;
      if (this.isMark(',')) this.at++;
    }
  }

  private compare(
    columns: readonly ColumnReference[],
    operator: Comparison['operator'],
    constant: boolean,
    values = 1,
  ): void {
    for (const column of columns) this.comparisons.push({ ...column, operator, constant, values });
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

  /** `$1 = column`, `$1 < column` */
  private valueFirst(constant: boolean): void {
    const { token, text } = this.peek();
    if (token !== Token.Punctuation || !'=<>'.includes(text)) return;
    if (text !== '=') this.starts.push(this.at - 1);
    this.at++;
    if (text !== '=' && this.isMark('=')) this.at++;
    const path = this.path();
    if (path.length > 0 && !this.isMark('(')) this.compare([columnOf(path)], text === '=' ? '=' : 'range', constant);
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

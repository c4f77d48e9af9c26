import type { ResourceNames } from './names';

/** As `--fields` has it: `note:text(200)?`. */
export interface FieldSource {
  readonly name: string;
  readonly type: string;
  /** Between the parentheses. */
  readonly argument?: string;
  readonly optional: boolean;
}

export interface Column {
  /** In the row of the entity: `priceAmount`. */
  readonly property: string;
  /** In the table: `price_amount`. */
  readonly name: string;
  /** Its options in the entity, without `name` and `nullable`. */
  readonly options: string;
  /** Its type in the row, without null. */
  readonly rowType: string;
  /** The expression of a statement that reads it for a view. */
  readonly select: string;
  /** The type of that expression. */
  readonly selected: string;
  /** Its value, of an expression for the value of the field. */
  readonly of: (value: string) => string;
}

export interface Check {
  readonly name: string;
  readonly expression: string;
}

/** What the sources have of a field: all of these are TypeScript. */
export interface Field {
  readonly name: string;
  readonly optional: boolean;
  /** Its type in the aggregate, in the input of a use case, and in a view. */
  readonly types: { readonly aggregate: string; readonly input: string; readonly view: string };
  readonly columns: readonly Column[];
  readonly checks: readonly Check[];
  /** The value of an aggregate, of its row. */
  readonly restored: (row: string) => string;
  /** The value in a view: of an aggregate, and of the columns that a statement has selected. */
  readonly shown: (value: string) => string;
  readonly shownOfRow: (row: string) => string;
  readonly schemas: { readonly request: string; readonly response: string };
  /** Two values, as JSON, as the input of a use case and in the aggregate. */
  readonly values: readonly [Value, Value];
  /** A value that its schema rejects, as JSON. */
  readonly rejected: string;
  readonly enumeration?: { readonly constant: string; readonly type: string; readonly values: readonly string[] };
  readonly maxLength?: number;
}

export interface Value {
  readonly json: string;
  readonly input: string;
  readonly aggregate: string;
}

/** Makes the field of its source. @throws UsageError when the argument is wrong */
export type FieldType = (source: FieldSource, names: Pick<ResourceNames, 'one' | 'table'>) => Field;

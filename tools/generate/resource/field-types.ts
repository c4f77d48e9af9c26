import { UsageError } from '../../command-line';
import { namesOf } from '../names';
import { pluralOf } from '../plurals';
import { quoted, snake } from '../sql-names';
import type { Column, Field, FieldSource, FieldType } from './field';

const DEFAULT_TEXT_LENGTH = 1_000;
/** Longer ones, of letters that take several bytes, are larger than a request may be (BODY_LIMIT_BYTES). */
const MAX_TEXT_LENGTH = 10_000;

/** What distinguishes a type whose value is in one column, and the same in the aggregate, in the row and as JSON. */
interface Plain {
  readonly type: string;
  readonly options: string;
  readonly request: string;
  readonly response?: string;
  readonly json: readonly [string, string];
  readonly rejected: string;
  /** Of a name of a column. Default: the column itself. */
  readonly select?: (column: string) => string;
}

function plain(source: FieldSource, { type, options, request, response, json, rejected, select }: Plain): Field {
  const { name, optional } = source;
  const column = snake(name);
  const selected = select?.(quoted(column));
  return {
    name,
    optional,
    types: { aggregate: type, input: type, view: type },
    columns: [
      {
        property: name,
        name: column,
        options,
        rowType: type,
        select: selected ? `${selected} AS ${quoted(column)}` : quoted(column),
        selected: type,
        of: (value) => value,
      },
    ],
    checks: [],
    restored: (row) => orUndefined(`${row}.${name}`, optional),
    shown: (value) => value,
    shownOfRow: (row) => orUndefined(`${row}.${column}`, optional),
    schemas: { request, response: response ?? request },
    values: [sameEverywhere(json[0]), sameEverywhere(json[1])],
    rejected,
  };
}

const orUndefined = (expression: string, optional: boolean): string =>
  optional ? `${expression} ?? undefined` : expression;
const sameEverywhere = (text: string) => ({ json: text, input: text, aggregate: text });

const withoutArgument =
  (make: FieldType): FieldType =>
  (source, names) => {
    if (source.argument !== undefined) throw new UsageError(`'${source.type}' takes nothing in parentheses.`);
    return make(source, names);
  };

const text: FieldType = (source, { one }) => {
  const length = Number(source.argument ?? DEFAULT_TEXT_LENGTH);
  if (!/^\d+$/.test(source.argument ?? '1') || length < 1 || length > MAX_TEXT_LENGTH)
    throw new UsageError(`the length of a text is a whole number from 1 to ${MAX_TEXT_LENGTH}, such as text(200).`);
  const limit = `${one.camel}Lengths.${source.name}`;
  const words = ['The first', 'Another'].map((word) => JSON.stringify(word.slice(0, length).trim()));
  return {
    ...plain(source, {
      type: 'string',
      options: `type: 'varchar', length: ${limit}`,
      request: `textSchema(${limit})`,
      response: 'z.string()',
      json: [words[0]!, words[1]!],
      rejected: `'x'.repeat(${length + 1})`,
    }),
    maxLength: length,
  };
};

const enumeration: FieldType = (source, names) => {
  const values = (source.argument ?? '').split('|').map((value) => value.trim());
  if (values.length < 2 || !values.every((value) => /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(value)))
    throw new UsageError(`write the values of an enum in lower-case words, at least two: enum(draft|sent).`);
  if (new Set(values).size < values.length) throw new UsageError(`an enum has each value once.`);
  const kebab = snake(source.name).replaceAll('_', '-');
  const type = `${names.one.pascal}${source.name[0]!.toUpperCase()}${source.name.slice(1)}`;
  const constant = `${names.one.camel}${namesOf('field', pluralOf(kebab) ?? `${kebab}-values`).pascal}`;
  const column = snake(source.name);
  const schema = `z.enum(${constant})`;
  const field = plain(source, {
    type,
    options: `type: 'text'`,
    request: schema,
    json: [JSON.stringify(values[0]), JSON.stringify(values[1])],
    rejected: `'no value of it'`,
  });
  const list = values.map((value) => `'${value}'`).join(', ');
  return {
    ...field,
    checks: [{ name: `${names.table}_${column}_known`, expression: `${quoted(column)} IN (${list})` }],
    enumeration: { constant, type, values },
  };
};

const timestamp: FieldType = (source) => {
  const field = plain(source, {
    type: 'Date',
    options: `type: 'timestamptz'`,
    request: 'timestampSchema',
    response: 'z.iso.datetime()',
    json: ['"2026-01-02T03:04:05.678Z"', '"2026-02-03T04:05:06.789Z"'],
    rejected: `'yesterday'`,
  });
  const toText = (value: string): string => `${value}${source.optional ? '?.' : '.'}toISOString()`;
  const values = field.values.map(({ json }) => ({ json, input: `new Date(${json})`, aggregate: `new Date(${json})` }));
  return {
    ...field,
    types: { aggregate: 'Date', input: 'Date', view: 'string' },
    shown: toText,
    shownOfRow: (row) => toText(`${row}.${snake(source.name)}`),
    values: [values[0]!, values[1]!],
  };
};

/** In two columns: `price_amount` and `price_currency`. A field that is called an amount does not say so twice. */
const money: FieldType = ({ name, optional }, { table }) => {
  const amount = /amount$/i.test(name) ? name : `${name}Amount`;
  const currency = `${name}Currency`;
  const [amountName, currencyName] = [snake(amount), snake(currency)];
  const sql = quoted(amountName);
  const part = (value: string, of: string): string => `${value}${optional ? '?.' : '.'}${of}`;
  const columns: readonly Column[] = [
    {
      property: amount,
      name: amountName,
      options: optional ? '...optionalWholeNumber' : '...wholeNumber',
      rowType: 'number',
      select: `${asNumber(sql)} AS ${sql}`,
      selected: 'number',
      of: (value) => part(value, 'amount'),
    },
    {
      property: currency,
      name: currencyName,
      options: `type: 'char', length: 3`,
      rowType: 'string',
      select: currencyName,
      selected: 'string',
      of: (value) => part(value, 'currency'),
    },
  ];
  const whenThere = (row: string, [one, other]: readonly [string, string], value: string): string =>
    optional ? `${row}.${one} === null || ${row}.${other} === null ? undefined : ${value}` : value;
  const both = { name: `${table}_${snake(name)}_complete`, expression: `(${sql} IS NULL) = (${currencyName} IS NULL)` };
  const valueOf = (minor: number, code: string) => {
    const json = JSON.stringify({ amount: minor, currency: code });
    return { json, input: json, aggregate: `Money.of(${minor}, '${code}')._unsafeUnwrap()` };
  };
  return {
    name,
    optional,
    types: { aggregate: 'Money', input: 'MoneyView', view: 'MoneyView' },
    columns,
    checks: [{ name: `${table}_${snake(name)}_not_negative`, expression: `${sql} >= 0` }, ...(optional ? [both] : [])],
    restored: (row) => whenThere(row, [amount, currency], `restoreMoney(${row}.${amount}, ${row}.${currency})`),
    shown: (value) => (optional ? `${value} && moneyView(${value})` : `moneyView(${value})`),
    shownOfRow: (row) =>
      whenThere(row, [amountName, currencyName], `{ amount: ${row}.${amountName}, currency: ${row}.${currencyName} }`),
    schemas: { request: 'priceSchema', response: 'moneySchema' },
    values: [valueOf(1250, 'EUR'), valueOf(990, 'USD')],
    rejected: `{ amount: 1250 }`,
  };
};

/** As the service's own statements do: `asNumber` in the columns of its database. */
const asNumber = (column: string): string => `to_json(${column})`;

const whole = (column: 'integer' | 'bigint'): FieldType =>
  withoutArgument((source) =>
    plain(source, {
      type: 'number',
      options: column === 'integer' ? `type: 'integer'` : source.optional ? '...optionalWholeNumber' : '...wholeNumber',
      request: column === 'integer' ? 'z.int32()' : 'z.int()',
      json: column === 'integer' ? ['3', '5'] : ['5000000000', '7000000000'],
      rejected: '0.5',
      ...(column === 'bigint' && { select: asNumber }),
    }),
  );

/** By the name that `--fields` has for it. */
export const fieldTypes: Readonly<Record<string, { readonly make: FieldType; readonly help: string }>> = {
  text: { make: text, help: `text of at most ${DEFAULT_TEXT_LENGTH} characters; text(80) of at most 80` },
  int: { make: whole('integer'), help: 'whole number of 32 bits' },
  bigint: { make: whole('bigint'), help: 'whole number that JavaScript represents exactly' },
  boolean: {
    make: withoutArgument((source) =>
      plain(source, {
        type: 'boolean',
        options: `type: 'boolean'`,
        request: 'z.boolean()',
        json: ['true', 'false'],
        rejected: `'yes'`,
      }),
    ),
    help: 'true or false',
  },
  money: { make: withoutArgument(money), help: 'amount in minor units, and currency' },
  timestamp: { make: withoutArgument(timestamp), help: 'point in time, in milliseconds' },
  date: {
    make: withoutArgument((source) =>
      plain(source, {
        type: 'string',
        options: `type: 'date'`,
        request: 'z.iso.date()',
        json: ['"2026-01-31"', '"2026-02-28"'],
        rejected: `'2026-02-30'`,
        select: (name) => `to_char(${name}, 'YYYY-MM-DD')`,
      }),
    ),
    help: 'day of the calendar',
  },
  uuid: {
    make: withoutArgument((source) =>
      plain(source, {
        type: 'string',
        options: `type: 'uuid'`,
        request: 'uuidSchema',
        response: 'z.uuid()',
        json: ['"0198c0de-0000-7000-8000-00000000000a"', '"0198c0de-0000-7000-8000-00000000000b"'],
        rejected: `'1'`,
      }),
    ),
    help: 'id of something else',
  },
  enum: { make: enumeration, help: 'one of these: enum(draft|sent)' },
};

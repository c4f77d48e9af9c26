import { UsageError } from '../../command-line';
import { MAX_SQL_NAME } from '../sql-names';
import type { Field, FieldSource } from './field';
import { fieldTypes } from './field-types';
import type { ResourceNames } from './names';

const FIELD = /^([^:]*):([a-z]+)(?:\(([^()]*)\))?(\?)?$/;
const NAME = /^[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)*$/;

/** Names that each resource has already, or that mean something else to JavaScript. */
const reserved = new Set(['version', 'constructor', 'change', 'then', 'prototype', 'toString', 'valueOf']);

/**
 * The fields of a resource besides its id and its version, from text such as `amount:money,note:text(200)?`.
 * @throws UsageError with one line per mistake
 */
export function parseFields(text: string, names: ResourceNames): readonly Field[] {
  const { fields, mistakes } = fieldsIn(text, (source) => {
    if (reserved.has(source.name)) throw new UsageError(`'${source.name}' is reserved: choose another name.`);
    return isTheId(source) ? undefined : fieldTypes[source.type]!.make(source, names);
  });
  mistakes.push(...collisions(fields, names));
  if (fields.length === 0 && mistakes.length === 0)
    mistakes.push('At least one field besides the id is needed: --fields amount:money,note:text?');
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  return fields;
}

/**
 * The fields of a list, and one line per mistake.
 * @param make returns undefined for what is no field; throws a UsageError when it cannot make one
 */
export function fieldsIn(text: string, make: (source: FieldSource) => Field | undefined) {
  const mistakes: string[] = [];
  const fields: Field[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    try {
      const field = make(parse(part));
      if (field) fields.push(field);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      mistakes.push(`'${part}': ${error.message}`);
    }
  }
  return { fields, mistakes };
}

/** @throws UsageError */
function parse(part: string): FieldSource {
  const [, name = '', type = '', argument, optional] = FIELD.exec(part) ?? [];
  if (type === '') throw new UsageError('write a field as name:type, or as name:type? when it is optional.');
  if (!NAME.test(name)) throw new UsageError(`write the name of a field like dueOn.`);
  if (!Object.hasOwn(fieldTypes, type))
    throw new UsageError(`'${type}' is not a type: there are ${Object.keys(fieldTypes).join(', ')}.`);
  return { name, type, argument, optional: optional !== undefined };
}

/** Each resource has an id. @throws UsageError when it is to be something else */
function isTheId({ name, type, argument, optional }: FieldSource): boolean {
  if (name !== 'id') return false;
  if (type !== 'uuid' || argument !== undefined || optional)
    throw new UsageError('the id of a resource is a uuid, and the service chooses it.');
  return true;
}

function collisions(fields: readonly Field[], { table, one }: ResourceNames): string[] {
  const mistakes: string[] = [];
  const owners = new Map([
    ['id', 'the id'],
    ['version', 'the version'],
  ]);
  for (const { name, columns, enumeration } of fields) {
    const taken = columns.find((column) => owners.has(column.name));
    if (taken) mistakes.push(`'${name}': ${owners.get(taken.name)} has the column ${taken.name} already.`);
    for (const column of columns) owners.set(column.name, `'${name}'`);
    if (enumeration && derivedTypes.some((derived) => enumeration.type === `${one.pascal}${derived}`))
      mistakes.push(`'${name}': ${enumeration.type} is the name of another type: choose another name.`);
  }
  const identifiers = [
    `${table}_pkey`,
    ...fields.flatMap(({ columns, checks }) => [...columns, ...checks].map(({ name }) => name)),
  ];
  for (const name of identifiers.filter((identifier) => identifier.length > MAX_SQL_NAME))
    mistakes.push(
      `The name ${name} is longer than the ${MAX_SQL_NAME} characters of PostgreSQL: choose shorter names.`,
    );
  return mistakes;
}

/** What follows the name of a resource in the names of its types. */
const derivedTypes = [
  ...['Data', 'Details', 'Input', 'View', 'Row', 'Entity', 'Page', 'Position', 'Listing', 'Queries', 'Repository'],
  ...['Transaction', 'UnitOfWork', 'NotFound', 'Lengths', 'ViewRow', 'Schema'],
];

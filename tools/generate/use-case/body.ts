import { UsageError } from '../../command-line';
import type { Names } from '../names';
import type { Field } from '../resource/field';
import { fieldTypes } from '../resource/field-types';
import { fieldsIn } from '../resource/parse-fields';
import type { Address } from './address';

/** Names that mean something else to JavaScript. */
const reserved = new Set(['constructor', 'prototype', 'then', 'toString', 'valueOf']);

/**
 * The fields of a request's body, from text such as `paidOn:date,note:text(200)?`.
 * @throws UsageError with one line per mistake
 */
export function bodyOf(text: string, useCase: Names, { parameters }: Address): readonly Field[] {
  const names = { one: useCase, table: 'body' };
  const used = new Set<string>();
  const { fields, mistakes } = fieldsIn(text, (source) => {
    const { name } = source;
    if (reserved.has(name)) throw new UsageError(`'${name}' is reserved: choose another name.`);
    if (parameters.some((parameter) => parameter.name === name))
      throw new UsageError(`the path has {${name}} already.`);
    if (used.has(name)) throw new UsageError('the body has this field twice.');
    used.add(name);
    return withoutConstant(fieldTypes[source.type]!.make(source, names), useCase);
  });
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  return fields;
}

/** The length of a text is only in its schema: there is no column that has it, too. */
function withoutConstant(field: Field, { camel }: Names): Field {
  const request = field.schemas.request.replace(`${camel}Lengths.${field.name}`, String(field.maxLength));
  return { ...field, schemas: { ...field.schemas, request } };
}

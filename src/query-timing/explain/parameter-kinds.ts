import { types } from 'node:util';

/** What a parameter is, without its value. */
export type ParameterKind = 'number' | 'boolean' | 'text' | 'time' | 'binary';

/** In the order of the placeholders. Those of a list are the kind of its first element. */
export function kindsOf(parameters: unknown): ParameterKind[] {
  return Array.isArray(parameters) ? parameters.map((one: unknown) => kindOf(Array.isArray(one) ? one[0] : one)) : [];
}

function kindOf(parameter: unknown): ParameterKind {
  if (typeof parameter === 'number' || typeof parameter === 'bigint') return 'number';
  if (typeof parameter === 'boolean') return 'boolean';
  if (types.isDate(parameter)) return 'time';
  return parameter instanceof Uint8Array ? 'binary' : 'text';
}

import { UsageError } from '../../command-line';
import { namesOf, spelled, type Names } from '../names';
import { singularOf } from '../plurals';
import type { Field } from '../resource/field';
import { addressOf, type Address } from './address';
import { bodyOf } from './body';

/** What the command line says. */
export interface UseCaseOptions {
  readonly query?: boolean;
  readonly command?: boolean;
  readonly path?: string;
  readonly body?: string;
}

/** What the texts of a use case are made of. */
export interface UseCase {
  /** A query reads, over GET; a command changes something, over POST. */
  readonly type: 'query' | 'command';
  readonly context: Names;
  readonly names: Names;
  /** What it is about: its kinds of refusal are named after it. */
  readonly thing: Names;
  readonly address: Address;
  readonly body: readonly Field[];
  readonly paths: UseCasePaths;
}

/** @throws UsageError with one line per mistake */
export function useCaseOf(context: string, name: string, options: UseCaseOptions): UseCase {
  const { query = false, command = false, path, body } = options;
  const ofContext = namesOf('context', context);
  const names = namesOf('use case', name);
  if (query && command) throw new UsageError('Choose one: a --query reads, a --command changes something.');
  if (query && body !== undefined) throw new UsageError('A query has no body: add --command, or parameters to --path.');
  const address = addressOf(path ?? `${context}/${name}/{id}`);
  const thing =
    (path !== undefined && address.collection ? singularOf(address.collection) : undefined) ?? objectOf(name);
  return {
    type: query ? 'query' : 'command',
    context: ofContext,
    names,
    thing: spelled(thing),
    address,
    body: body === undefined ? [] : bodyOf(body, names, address),
    paths: useCasePaths(ofContext, names),
  };
}

/** What is settled by `settle-invoice`: `invoice`. */
const objectOf = (name: string): string => name.replace(/^[^-]+-/, '');

export function useCasePaths({ kebab: c }: Names, { kebab: n }: Names) {
  return {
    useCase: `src/application/${c}/${n}.ts`,
    /** Of a query. */
    port: `src/application/${c}/${n}.port.ts`,
    adapter: `src/infrastructure/database/${c}/sql-${n}.ts`,
    controller: `src/infrastructure/http/${c}/${n}.controller.ts`,
    schemas: `src/infrastructure/http/${c}/${n}.schemas.ts`,
    problems: `src/infrastructure/http/${c}/${c}.problems.ts`,
    feature: `src/features/${c}.module.ts`,
    fake: `test/support/${c}/in-memory-${n}.ts`,
    unitTest: `test/application/${c}/${n}.spec.ts`,
    contractTest: `test/contract/${c}/${n}.spec.ts`,
    e2eTest: `test/e2e/${c}/${n}.spec.ts`,
  } as const;
}

export type UseCasePaths = ReturnType<typeof useCasePaths>;

/** The kind of the refusal of a query that finds nothing; a query without parameters always finds something. */
export const notFoundKind = ({ type, thing, address }: UseCase): string | undefined =>
  type === 'query' && address.parameters.length > 0 ? `${thing.kebab}-not-found` : undefined;

/** The properties of the input of a use case: the parameters of its address, then the fields of its body. */
export const inputMembers = ({ address, body }: UseCase): string =>
  [
    ...address.parameters.map(({ name }) => `readonly ${name}: string;`),
    ...body.map(({ name, optional, types }) => `readonly ${name}${optional ? '?' : ''}: ${types.input};`),
  ].join('\n');

export const hasInput = ({ address, body }: UseCase): boolean => address.parameters.length + body.length > 0;

/** One property of what the client gets, to begin with: what it has sent, or a placeholder. */
export interface Shown {
  readonly name: string;
  readonly type: string;
  readonly schema: string;
  readonly json: string;
}

export function shownBy({ type, address, body }: UseCase): readonly Shown[] {
  const shown = [
    ...address.parameters.map(({ name, isId, example }) => ({
      name,
      type: 'string',
      schema: isId ? 'z.uuid()' : 'z.string()',
      json: `'${example}'`,
    })),
    ...body.map(({ name, optional, types, schemas, values }) => ({
      name: optional ? `${name}?` : name,
      type: types.view,
      schema: `${schemas.response}${optional ? '.optional()' : ''}`,
      json: values[0].json,
    })),
  ];
  if (shown.length > 0) return shown;
  return type === 'query'
    ? [{ name: 'items', type: 'readonly string[]', schema: 'z.array(z.string())', json: `['first', 'second']` }]
    : [{ name: 'id', type: 'string', schema: 'z.uuid()', json: `'0198c0de-0000-7000-8000-000000000001'` }];
}

/** An object of the example of each shown property. */
export const exampleOf = (useCase: UseCase): string =>
  `{ ${shownBy(useCase)
    .map(({ name, json }) => `${name.replace('?', '')}: ${json}`)
    .join(', ')} }`;

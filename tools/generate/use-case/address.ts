import ts from 'typescript';
import { UsageError } from '../../command-line';

export interface Parameter {
  /** As in the address and in the code: `id`, `sku`. */
  readonly name: string;
  /** A UUID; otherwise a text. */
  readonly isId: boolean;
  readonly example: string;
}

export interface Address {
  /** As in the API document: `/api/v1/invoices/{id}/settle`. */
  readonly template: string;
  /** Of the controller: what comes before the first parameter, `api/v1/invoices`. */
  readonly base: string;
  /** Of its method: the rest, `:id/settle`. Empty without parameters. */
  readonly rest: string;
  readonly parameters: readonly Parameter[];
  /** The collection that the last parameter selects from: `invoices`. */
  readonly collection?: string;
}

const PREFIX = 'api/v1';
const WORDS = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const PARAMETER = /^\{([a-z][a-zA-Z0-9]*)\}$/;

/** @param text such as `invoices/{id}/settle`, below `/api/v1` @throws UsageError */
export function addressOf(text: string): Address {
  const path = text.replace(/^\//, '').replace(/^api\/v1\//, '');
  const segments = path.split('/').map((segment) => segment.replace(/^:(\w+)$/, '{$1}'));
  const isStatic = (segment: string): boolean => !segment.startsWith('{');
  if (!segments.every((segment) => WORDS.test(segment) || PARAMETER.test(segment)) || !isStatic(segments[0]!))
    throw new UsageError(
      `'${text}' is not a valid path: write lower-case words and parameters, such as 'invoices/{id}/settle'.`,
    );
  const names = segments.flatMap((segment) => PARAMETER.exec(segment)?.[1] ?? []);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) throw new UsageError(`'${text}' has the parameter {${repeated}} twice.`);
  const keyword = names.find((name) => ts.identifierToKeywordKind(ts.factory.createIdentifier(name)) !== undefined);
  if (keyword) throw new UsageError(`'{${keyword}}' is a TypeScript keyword: choose another name.`);
  const first = segments.findIndex((segment) => !isStatic(segment));
  const last = segments.findLastIndex((segment) => !isStatic(segment));
  const base = first < 0 ? segments : segments.slice(0, first);
  return {
    template: `/${[PREFIX, ...segments].join('/')}`,
    base: [PREFIX, ...base].join('/'),
    rest: segments
      .slice(base.length)
      .map((segment) => segment.replace(PARAMETER, ':$1'))
      .join('/'),
    parameters: names.map(parameterOf),
    collection: segments.slice(0, Math.max(0, last)).findLast(isStatic),
  };
}

function parameterOf(name: string): Parameter {
  const isId = /(?:^i|I)d$/.test(name);
  const words = name.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase();
  return { name, isId, example: isId ? '0198c0de-0000-7000-8000-000000000001' : `${words}-1` };
}

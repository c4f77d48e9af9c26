import { SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { ResultAsync } from 'neverthrow';
import type { ProblemSketch } from './problem';

export type Kinded = { readonly kind: string };

/** How one kind of refusal is reported to the client. */
export interface ProblemEntry<E> {
  readonly status: number;
  readonly title: string;
  /** A sentence about this occurrence. */
  readonly detail?: (error: E) => string;
  /** Additional members for programs. */
  readonly extensions?: (error: E) => Readonly<Record<string, unknown>>;
  /** What `detail` and `extensions` are shown for in the API document. */
  readonly example?: Omit<E, 'kind'>;
}

/** The union of the errors that these use cases return. */
export type ErrorOf<UseCase> = UseCase extends { execute(...input: never[]): ResultAsync<unknown, infer E> }
  ? E
  : never;

/** One entry per kind: if one is missing, the table does not compile. */
export type ProblemTable<E extends Kinded> = { readonly [K in E['kind']]: ProblemEntry<Extract<E, { kind: K }>> };

export type AnyProblemTable = Readonly<
  Record<string, Omit<ProblemEntry<never>, 'example'> & { readonly example?: object }>
>;

const PROBLEM_TABLE = Symbol('problem table');

/** Sets the table that maps the errors of a controller's use cases to problems. */
export const Problems =
  (table: AnyProblemTable): ClassDecorator =>
  (controller) => {
    SetMetadata(PROBLEM_TABLE, table)(controller);
    const members = Object.getOwnPropertyDescriptors(controller.prototype as object);
    for (const [name, descriptor] of Object.entries(members)) {
      if (name === 'constructor' || typeof descriptor.value !== 'function') continue;
      RouteConfig({ problems: table })(controller.prototype as object, name, descriptor);
    }
  };

export function problemTableOf(controller: object): AnyProblemTable {
  return (Reflect.getMetadata(PROBLEM_TABLE, controller) as AnyProblemTable | undefined) ?? {};
}

export function problemTableOfRoute({ routeOptions }: FastifyRequest): AnyProblemTable {
  return (routeOptions.config as { problems?: AnyProblemTable }).problems ?? {};
}

/** The problem of a kind as the API document shows it; without an example of the error only what is always the same. */
export function exampleRefusal(kind: string, table: AnyProblemTable): ProblemSketch {
  const { status, title, detail, extensions, example } = table[kind]!;
  const needsExample = detail !== undefined || extensions !== undefined;
  return needsExample && !example ? { status, code: kind, title } : describeRefusal({ kind, ...example }, table);
}

/** @throws for a kind that is not in the table, which the types rule out */
export function describeRefusal(error: Kinded, table: AnyProblemTable): ProblemSketch {
  const entry = table[error.kind] as ProblemEntry<Kinded> | undefined;
  if (!entry) throw new Error(`The problem table has no entry for the kind ${error.kind}.`);
  return {
    status: entry.status,
    code: error.kind,
    title: entry.title,
    detail: entry.detail?.(error),
    extensions: entry.extensions?.(error),
  };
}

import { SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { ResultAsync } from 'neverthrow';
import type { ProblemSketch } from './problem';

export type Kinded = { readonly kind: string };

/** How one kind of refusal is told to the client. */
export interface ProblemEntry<E> {
  readonly status: number;
  readonly title: string;
  /** What this very refusal is about, in a sentence. */
  readonly detail?: (error: E) => string;
  /** What programs may want to know of it. */
  readonly extensions?: (error: E) => Readonly<Record<string, unknown>>;
}

/** Everything that these use cases can refuse. */
export type ErrorOf<UseCase> = UseCase extends { execute(...input: never[]): ResultAsync<unknown, infer E> }
  ? E
  : never;

/** One entry a kind: leave one out and the table does not compile. */
export type ProblemTable<E extends Kinded> = { readonly [K in E['kind']]: ProblemEntry<Extract<E, { kind: K }>> };

export type AnyProblemTable = Readonly<Record<string, ProblemEntry<never>>>;

const PROBLEM_TABLE = Symbol('problem table');

/** The table by which refusals of this controller's use cases become problems. Its routes know it too. */
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

/** @throws when the table has no such kind, which the types rule out: a bug */
export function describeRefusal(error: Kinded, table: AnyProblemTable): ProblemSketch {
  const entry = table[error.kind] as ProblemEntry<Kinded> | undefined;
  if (!entry) throw new Error(`No problem is known for the kind ${error.kind}.`);
  return {
    status: entry.status,
    code: error.kind,
    title: entry.title,
    detail: entry.detail?.(error),
    extensions: entry.extensions?.(error),
  };
}

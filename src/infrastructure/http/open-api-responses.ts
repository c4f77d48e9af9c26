import type { OpenAPIObject } from '@nestjs/swagger';
import { documentedProblems } from './api-problems';
import { httpCodes, outcomeUnknown } from './http-problems';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The responses of an operation that are described in it. */
export const ownResponses = ({ responses }: Operation) =>
  Object.entries(responses).flatMap(([status, response]) =>
    response && 'description' in response ? [{ status: Number(status), response }] : [],
  );

/** An operation that changes something can lose the response to its commit. */
export function documentUnknownOutcomes(operation: Operation): void {
  const { description, content } = documentedProblems([outcomeUnknown]);
  for (const { status, response } of ownResponses(operation)) {
    if (status !== outcomeUnknown.status) continue;
    response.description += `, ${description}`;
    for (const [mediaType, { examples }] of Object.entries(content))
      Object.assign((response.content ?? {})[mediaType]?.examples ?? {}, examples);
  }
}

/** `BadRequestOrValidationFailed` of `bad-request, validation-failed`. */
const nameOf = (codes: readonly string[]): string =>
  codes.map((code) => code.replaceAll(/(?:^|-)\w/g, (letter) => letter.slice(-1).toUpperCase())).join('Or');

/** Describes once, in the components, the responses that have only problems of HTTP itself: many operations have them. */
export function shareResponses({ components, paths }: OpenAPIObject): void {
  const shared: NonNullable<NonNullable<typeof components>['responses']> = {};
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item) as Operation[])) {
    for (const { status, response } of ownResponses(operation)) {
      const codes = response.description.split(', ');
      if (!codes.every((code) => httpCodes.has(code))) continue;
      shared[nameOf(codes)] ??= response;
      operation.responses[status] = { $ref: `#/components/responses/${nameOf(codes)}` };
    }
  }
  if (components) components.responses = { ...components.responses, ...shared };
}

import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { httpProblem, unstorableValue, validationFailed } from './http-problems';
import { PROBLEM_MEDIA_TYPE, toProblem, type ProblemSketch } from './problem';
import { exampleRefusal, type AnyProblemTable } from './problem-table';

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string(),
    code: z.string().meta({ description: 'Stable identifier for programs to branch on' }),
    errors: z
      .array(
        z.strictObject({
          in: z.enum(['body', 'query', 'path', 'header']),
          path: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

/** Possible for every operation. */
const common = [400, 401, 408, 429, 431, 500, 503, 504];

/** Further problems with status 400, from validation and from the database. */
const invalidRequest = [
  validationFailed([{ in: 'query', path: 'limit', message: 'must be a whole number from 1 to 100' }]),
  unstorableValue,
];

/** A response of the API document with its problems. Its description has their codes. */
export function documentedProblems(sketches: readonly ProblemSketch[]) {
  const example = (sketch: ProblemSketch) => ({ summary: sketch.title, value: toProblem(sketch, '') });
  return {
    description: sketches.map(({ code }) => code).join(', '),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(sketches.map((sketch) => [sketch.code, example(sketch)])),
      },
    },
  };
}

/**
 * Documents how an operation can fail: the kinds of its use case, and the problems of HTTP itself.
 * @param table the problem table of the controller
 * @param kinds the kinds that this use case returns
 * @param statuses of HTTP itself, beyond the common ones
 */
export function ApiProblems<T extends AnyProblemTable>(
  table: T,
  kinds: readonly (keyof T & string)[],
  statuses: readonly number[] = [],
): MethodDecorator {
  const sketches = [
    ...[...common, ...statuses].map(httpProblem),
    ...invalidRequest,
    ...kinds.map((kind) => exampleRefusal(kind, table)),
  ];
  const responses = [...new Set(sketches.map(({ status }) => status))].map((status) =>
    ApiResponse({ status, ...documentedProblems(sketches.filter((sketch) => sketch.status === status)) }),
  );
  return applyDecorators(...responses);
}

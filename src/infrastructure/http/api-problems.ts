import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { httpProblem } from './http-problems';
import { PROBLEM_MEDIA_TYPE } from './problem';
import type { AnyProblemTable } from './problem-table';

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
/** Further codes with status 400, from validation and from the database. */
const invalidRequest = ['validation-failed', 'unstorable-value'];

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
  const codes = new Map<number, string[]>();
  const add = (status: number, code: string) => codes.set(status, [...(codes.get(status) ?? []), code]);
  for (const status of [...common, ...statuses]) add(status, httpProblem(status).code);
  for (const code of invalidRequest) add(400, code);
  for (const kind of kinds) add(table[kind]!.status, kind);
  const responses = [...codes].map(([status, known]) =>
    ApiResponse({
      status,
      description: known.join(', '),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );
  return applyDecorators(...responses);
}

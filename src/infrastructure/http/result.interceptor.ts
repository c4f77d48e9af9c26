import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Err, Ok, ResultAsync, type Result } from 'neverthrow';
import { mergeMap, type Observable } from 'rxjs';
import { ProblemError } from './problem';
import { describeRefusal, problemTableOf } from './problem-table';

/**
 * The one place where Results end: an Ok becomes the body, an Err the problem that the controller's table has for it.
 * (Nest itself would answer a returned Err with 200 and `{"error": …}`.)
 */
export class ResultInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      mergeMap(async (returned: unknown) => {
        const value = returned instanceof ResultAsync ? await (returned as ResultAsync<unknown, unknown>) : returned;
        return isResult(value) ? bodyOf(value, context.getClass()) : value;
      }),
    );
  }
}

function isResult(value: unknown): value is Result<unknown, unknown> {
  return value instanceof Ok || value instanceof Err;
}

function bodyOf(result: Result<unknown, unknown>, controller: object): unknown {
  if (result.isOk()) return result.value;
  throw new ProblemError(describeRefusal(result.error as { kind: string }, problemTableOf(controller)));
}

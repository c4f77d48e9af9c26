import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Err, Ok, type Result } from 'neverthrow';
import { ProblemError } from './problem';
import { describeRefusal, problemTableOfRoute } from './problem-table';

/**
 * The one place where Results end: an Ok becomes the body, an Err the problem that the controller's table has for it.
 * (Nest itself would answer a returned Err with 200 and `{"error": …}`.)
 *
 * Not an interceptor: with the first of those, Nest takes every request through rxjs, which costs a tenth of a small one.
 */
export class ResultAdapter extends FastifyAdapter {
  override reply(
    ...[response, body, statusCode]: Parameters<FastifyAdapter['reply']>
  ): ReturnType<FastifyAdapter['reply']> {
    return super.reply(response, isResult(body) ? bodyOf(body, response as FastifyReply) : body, statusCode);
  }
}

function isResult(value: unknown): value is Result<unknown, { readonly kind: string }> {
  return value instanceof Ok || value instanceof Err;
}

function bodyOf(result: Result<unknown, { readonly kind: string }>, { request }: FastifyReply): unknown {
  if (result.isOk()) return result.value;
  throw new ProblemError(describeRefusal(result.error, problemTableOfRoute(request)));
}

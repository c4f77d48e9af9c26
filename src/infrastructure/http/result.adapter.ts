import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Err, Ok } from 'neverthrow';
import { describeRefusal, problemTableOfRoute, type Kinded } from './problem-table';
import { sendProblem } from './send-problem';

/**
 * The one place where Results become responses: an Ok its value, an Err the problem that the controller's table has for its
 * kind, without an exception. (Nest itself would respond to a returned Err with 200 and `{"error": …}`.)
 *
 * Not an interceptor: with the first of those, Nest takes every request through rxjs, a tenth of the CPU of a small one.
 */
export class ResultAdapter extends FastifyAdapter {
  override reply(
    ...[response, body, statusCode]: Parameters<FastifyAdapter['reply']>
  ): ReturnType<FastifyAdapter['reply']> {
    if (!(body instanceof Err)) return super.reply(response, body instanceof Ok ? body.value : body, statusCode);
    const reply = response as FastifyReply;
    const refusal = (body as Err<never, Kinded>).error;
    return sendProblem(reply, describeRefusal(refusal, problemTableOfRoute(reply.request)));
  }
}

import {
  Catch,
  HttpException,
  Logger,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  DeadlineExceededError,
  OutcomeUnknownError,
  OverloadedError,
  ServiceUnavailableError,
  UnstorableValueError,
} from '../../application/shared/port-errors';
import { AccessDeniedException } from '../auth/access-denied.exception';
import { leaveOutOfLog } from '../observability/access-log';
import { RefusedRequests, type RefusalReason } from '../observability/refused-requests';
import { AllowedMethods } from './allowed-methods';
import { httpProblem, outcomeUnknown, unstorableValue } from './http-problems';
import { ProblemError, type ProblemSketch } from './problem';
import { RefusalError } from './refusal-error';
import { sendProblem } from './send-problem';

/**
 * Handles everything that is thrown by routes, guards, pipes and Fastify itself. The client gets a problem without internal
 * details; the details are logged.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(
    private readonly refused: RefusedRequests,
    private readonly allowedMethods: AllowedMethods,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const isWithoutRoute = request.is404 && thrown instanceof NotFoundException;
    const sketch = isWithoutRoute ? this.problemWithoutRoute(request) : sketchOf(thrown);
    const reason = refusalReasonOf(thrown);
    if (reason) {
      this.refused.count(reason);
      leaveOutOfLog(request);
    } else if (sketch.status === 500) this.logger.error({ err: thrown, requestId: request.id }, 'request failed');
    else if (sketch.status > 500)
      this.logger.warn({ err: thrown, requestId: request.id }, 'request failed: a dependency is unavailable');
    void sendProblem(reply, sketch);
  }

  private problemWithoutRoute({ url }: FastifyRequest): ProblemSketch {
    const methods = this.allowedMethods.at(url.split('?', 1)[0]!);
    return methods.length > 0 ? { ...httpProblem(405), headers: { allow: methods.join(', ') } } : httpProblem(404);
  }
}

/** What was exhausted, if the request was refused because of it. */
function refusalReasonOf(thrown: unknown): RefusalReason | undefined {
  if (thrown instanceof OverloadedError) return 'database_queue';
  return thrown instanceof RefusalError ? thrown.reason : undefined;
}

function sketchOf(thrown: unknown): ProblemSketch {
  if (thrown instanceof ProblemError) return thrown.sketch;
  if (thrown instanceof ServiceUnavailableError) {
    return { ...httpProblem(503), headers: { 'retry-after': String(thrown.retryAfterSeconds) } };
  }
  if (thrown instanceof OutcomeUnknownError) return outcomeUnknown;
  if (thrown instanceof DeadlineExceededError) return httpProblem(504);
  if (thrown instanceof UnstorableValueError) return unstorableValue;
  if (thrown instanceof AccessDeniedException) {
    return { ...httpProblem(thrown.getStatus()), headers: { 'www-authenticate': thrown.challenge } };
  }
  if (thrown instanceof HttpException) {
    const problem = httpProblem(thrown.getStatus());
    // Not about a token: the plugin for files refuses a path with it, for example.
    return problem.status === 403 ? { ...problem, title: 'Forbidden' } : problem;
  }
  return httpProblem(statusOfFastifyError(thrown) ?? 500);
}

/** Fastify itself rejects unreadable bodies, aborted uploads and paths that cannot be decoded. */
function statusOfFastifyError(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  const isFromFastify =
    (typeof code === 'string' && (code.startsWith('FST_') || code === 'ECONNRESET')) || thrown instanceof SyntaxError;
  return isFromFastify && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
    ? statusCode
    : undefined;
}

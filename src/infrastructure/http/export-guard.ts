import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { principalOf } from '../auth/request-principal';
import { CONFIGURATION, type Configuration } from '../config/configuration';
import { httpProblem } from './http-problems';
import { ProblemError, type ProblemSketch } from './problem';
import { RefusalError } from './refusal-error';

const RETRY_AFTER_SECONDS = 5;
const MAX_LISTENERS = 20;

/**
 * The exports that are being sent by this process. One for all controllers. The shutdown does not wait for them: they may take
 * minutes, and their clients can continue them elsewhere.
 */
@Injectable()
export class ExportSlots implements BeforeApplicationShutdown {
  private readonly running = new Set<ServerResponse>();
  private readonly byCaller = new Map<string, number>();

  constructor(@Inject(CONFIGURATION) private readonly configuration: Configuration) {}

  get idleTimeoutMs(): number {
    return this.configuration.http.exports.idleTimeoutMs;
  }

  /** Counts the response until its connection or itself ends. @throws ProblemError 429 or 503 */
  admit(caller: string, response: ServerResponse): void {
    const { limit, limitPerCaller } = this.configuration.http.exports;
    const own = this.byCaller.get(caller) ?? 0;
    if (own >= limitPerCaller)
      throw new ProblemError(refusal(429, `You may run ${limitPerCaller} exports concurrently.`));
    if (this.running.size >= limit) throw new RefusalError('exports', refusal(503, 'Too many exports are running.'));
    if (response.destroyed) return;
    this.byCaller.set(caller, own + 1);
    this.running.add(response);
    // A stream adds some to those of every response: with this one eleven, of which Node would warn as of a leak.
    response.setMaxListeners(MAX_LISTENERS);
    response.once('close', () => {
      this.running.delete(response);
      const left = this.byCaller.get(caller)! - 1;
      if (left > 0) this.byCaller.set(caller, left);
      else this.byCaller.delete(caller);
    });
  }

  beforeApplicationShutdown(): void {
    for (const response of this.running) response.destroy();
  }
}

/**
 * For a route whose response is a long stream: limits how many are sent concurrently, per caller and in all, and ends one whose
 * client reads nothing. `@UseGuards(ExportGuard)`
 */
@Injectable()
export class ExportGuard implements CanActivate {
  private readonly logger = new Logger(ExportGuard.name);

  constructor(private readonly slots: ExportSlots) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { raw } = http.getResponse<FastifyReply>();
    const { slots } = this;
    slots.admit(principalOf(undefined, context).subject, raw);
    raw.setTimeout(slots.idleTimeoutMs, () => {
      // Fastify completes no request whose connection closes, so that the access log does not have it.
      this.logger.warn(
        { requestId: request.id, idle_ms: slots.idleTimeoutMs },
        'export ended: its client reads nothing',
      );
      raw.destroy();
    });
    return true;
  }
}

function refusal(status: 429 | 503, detail: string): ProblemSketch {
  return { ...httpProblem(status), detail, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } };
}

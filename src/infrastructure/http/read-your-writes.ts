import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { subjectOf } from '../auth/request-principal';
import type { RecentWrites } from '../consistency/recent-writes';
import { currentRequestContext } from '../observability/request-context';

/** With it, the client shows the other instances that it has just changed something. */
const COOKIE = 'recent-write';
const hasCookie = new RegExp(`(?:^|;\\s*)${COOKIE}=`);
/** What a client sends that wants the current state (RFC 9111, 5.2.1). */
const wantsCurrent = /\bno-cache\b|\bmax-age=0\b/i;
/** They ask for no change (RFC 9110, 9.2.1). */
const isSafe = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/**
 * A caller who has changed something reads it back, although other reads may be old: this instance remembers the caller
 * until the replica has the change. The other instances learn of it by a cookie, which ends when the replica has it at the
 * latest; a client without cookies can ask for the current state with `Cache-Control: no-cache`.
 *
 * @param maxLagMs maximum age of what is read
 */
export function readYourWrites(fastify: FastifyInstance, recentWrites: RecentWrites, maxLagMs: number): void {
  const cookie = `${COOKIE}=1; Max-Age=${Math.ceil(maxLagMs / 1_000)}; Path=/; HttpOnly; SameSite=Lax`;
  fastify.addHook('preHandler', (request, _reply, done) => {
    const context = currentRequestContext();
    if (context && mayReadOld(request)) recentWrites.allowOld(context, () => subjectOf(request));
    done();
  });
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (mayHaveChanged(request, reply)) {
      const caller = subjectOf(request);
      if (caller !== undefined) recentWrites.note(caller);
      void reply.header('set-cookie', cookie);
    }
    done();
  });
}

function mayReadOld(request: FastifyRequest): boolean {
  const { cookie = '', 'cache-control': cacheControl = '' } = request.headers;
  return isSafe(request) && !hasCookie.test(cookie) && !wantsCurrent.test(cacheControl);
}

/** What is refused changes nothing; what fails may have been done. */
function mayHaveChanged(request: FastifyRequest, { statusCode }: FastifyReply): boolean {
  return !isSafe(request) && (statusCode < 400 || statusCode >= 500);
}

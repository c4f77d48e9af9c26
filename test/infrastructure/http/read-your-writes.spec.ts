import fastify from 'fastify';
import { setPrincipal } from '../../../src/infrastructure/auth/request-principal';
import { RecentWrites } from '../../../src/infrastructure/consistency/recent-writes';
import { readYourWrites } from '../../../src/infrastructure/http/read-your-writes';
import { runInRequestContext } from '../../../src/infrastructure/observability/request-context';

/** What a response to a request with this method and status leaves. */
async function after(method: 'GET' | 'POST', status: number) {
  const [app, writes] = [fastify(), new RecentWrites()];
  readYourWrites(app, writes, 5_000);
  app.addHook('onRequest', (request, _reply, done) => {
    setPrincipal(request, { subject: 'alice', scopes: new Set() } as never);
    done();
  });
  app.route({ method, url: '/', handler: (_request, reply) => reply.code(status).send() });
  const began = performance.now();
  const { headers } = await app.inject({ method, url: '/' });
  await app.close();
  const context = { requestId: 'one' };
  return runInRequestContext(context, () => {
    writes.allowOld(context, () => 'alice');
    return { mayReadOld: writes.maySee(context, began), cookie: headers['set-cookie'] };
  });
}

describe('a caller reads from the primary, in this instance and by a cookie in others, after a request that', () => {
  it.each([
    ['has changed something', 'POST', 201],
    ['has failed, and may have changed something', 'POST', 500],
    ['has an unknown outcome', 'POST', 504],
  ] as const)('%s (%s, %i)', async (_, method, status) => {
    expect(await after(method, status)).toEqual({
      mayReadOld: false,
      cookie: 'recent-write=1; Max-Age=5; Path=/; HttpOnly; SameSite=Lax',
    });
  });
});

describe('a caller may go on reading from the replica after a request that', () => {
  it.each([
    ['was refused', 'POST', 409],
    ['only reads', 'GET', 200],
    ['only reads, and has failed', 'GET', 500],
  ] as const)('%s (%s, %i)', async (_, method, status) => {
    expect(await after(method, status)).toEqual({ mayReadOld: true, cookie: undefined });
  });
});

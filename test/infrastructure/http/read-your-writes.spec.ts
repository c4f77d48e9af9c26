import fastify from 'fastify';
import { setPrincipal } from '../../../src/infrastructure/auth/request-principal';
import { RecentWrites } from '../../../src/infrastructure/consistency/recent-writes';
import { readYourWrites } from '../../../src/infrastructure/http/read-your-writes';

type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a response to a request with this method and status leaves. */
async function after(method: Method, status: number, { maxLagMs = 5_000, isKnown = true } = {}) {
  const [app, writes] = [fastify(), new RecentWrites()];
  readYourWrites(app, writes, maxLagMs);
  app.addHook('onRequest', (request, _reply, done) => {
    if (isKnown) setPrincipal(request, { subject: 'alice', scopes: new Set() } as never);
    done();
  });
  app.route({ method, url: '/', handler: (_request, reply) => reply.code(status).send() });
  const began = performance.now();
  const { headers } = await app.inject({ method, url: '/' });
  await app.close();
  const context = { requestId: 'one' };
  writes.allowOld(context, () => 'alice');
  return { mayReadOld: writes.maySee(context, began), cookie: headers['set-cookie'] };
}

describe('a caller reads from the primary, in this instance and by a cookie in others, after a request that', () => {
  it.each([
    ['has changed something', 'POST', 201],
    ['has failed, and may have changed something', 'POST', 500],
    ['has an unknown outcome', 'POST', 504],
    ['replaces something', 'PUT', 200],
    ['changes something', 'PATCH', 204],
    ['deletes something', 'DELETE', 204],
    ['has changed something, and says where to look', 'POST', 303],
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
    ['was refused for its form', 'PUT', 400],
    ['only reads, and has failed', 'GET', 500],
    ['only asks whether there is something', 'HEAD', 200],
    ['only asks what it may do', 'OPTIONS', 204],
  ] as const)('%s (%s, %i)', async (_, method, status) => {
    expect(await after(method, status)).toEqual({ mayReadOld: true, cookie: undefined });
  });
});

it('the cookie lives at least as long as the replica may lag, in whole seconds', async () => {
  expect((await after('POST', 201, { maxLagMs: 5_001 })).cookie).toContain('Max-Age=6;');
  expect((await after('POST', 201, { maxLagMs: 100 })).cookie).toContain('Max-Age=1;');
});

it('a change without a caller sets the cookie, and concerns no one who is known', async () => {
  const { mayReadOld, cookie } = await after('POST', 201, { isKnown: false });
  expect([mayReadOld, cookie]).toEqual([true, expect.stringContaining('recent-write=1')]);
});

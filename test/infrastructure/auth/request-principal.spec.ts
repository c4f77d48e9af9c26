import fastify, { type FastifyInstance } from 'fastify';
import {
  decorateWithPrincipal,
  setPrincipal,
  type Authenticated,
} from '../../../src/infrastructure/auth/request-principal';

const alice = { subject: 'alice', scopes: new Set<string>() };

describe('the principal of a request', () => {
  let server: FastifyInstance;
  beforeEach(() => {
    server = fastify();
    decorateWithPrincipal(server);
    server.post('/', (request, reply) => {
      if (request.headers['x-admitted']) setPrincipal(request, alice);
      void reply.send((request as unknown as Authenticated).principal.subject);
    });
  });
  afterEach(() => server.close());

  it('is whom the guard has let in', async () => {
    const { body } = await server.inject({ method: 'POST', url: '/', headers: { 'x-admitted': 'yes' } });
    expect(body).toBe('alice');
  });

  it('is nothing that a request could carry, and asking for it on a public route is a bug', async () => {
    const mallory = { principal: { subject: 'mallory' }, 'Symbol(principal)': { subject: 'mallory' } };
    const { statusCode, json } = await server.inject({ method: 'POST', url: '/?principal=mallory', payload: mallory });
    expect(statusCode).toBe(500);
    expect(json<{ message: string }>().message).toBe('The principal of a public route was asked for.');
  });
});

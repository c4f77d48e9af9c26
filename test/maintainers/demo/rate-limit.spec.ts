import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Shop } from '../../../tools/demo/shop';

let server: Server;
let requests: { readonly path: string; readonly key: string | undefined; readonly refused: boolean }[];

beforeAll(async () => {
  requests = [];
  server = createServer((request, response) => {
    // The fifth, and the first order.
    const refused = requests.length === 4 || (request.url === '/api/v1/orders' && requests.at(-1)?.refused === false);
    requests.push({ path: request.url!, key: request.headers['idempotency-key'] as string | undefined, refused });
    const isRestock = request.url!.endsWith('/restock');
    request.resume().once('end', () => {
      response.writeHead(refused ? 429 : isRestock ? 200 : 201, { 'retry-after': '0' });
      response.end('{"id":"1"}');
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => new Promise((closed) => server.close(closed)));

it('a request that the rate limit refuses is sent again after the time that the service names, with the same key', async () => {
  const shop = new Shop(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'token', 1);
  await shop.open();
  await shop.close();
  const refused = requests.flatMap((request, index) => (request.refused ? [index] : []));
  expect(refused.length).toBeGreaterThan(1);
  for (const index of refused) {
    expect(requests[index + 1]).toEqual({ ...requests[index], refused: false });
  }
});

import { EventEmitter, on, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { rejectUnparsableRequest } from '../../../src/infrastructure/http/unparsable-request';

const PIECES = 20;

it('what a client sends while it waits for a response is rejected once, however many pieces it has', async () => {
  const requests = new EventEmitter();
  const server = createServer((_request, response) => requests.emit('request', response));
  server.on('clientError', rejectUnparsableRequest);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1').setEncoding('latin1');
  let received = '';
  client.on('data', (text: string) => (received += text));
  const arrived = once(requests, 'request');
  client.write('GET / HTTP/1.1\r\nHost: service\r\n\r\n');
  const [response] = (await arrived) as [ServerResponse];
  const listeners = response.listenerCount('finish');

  // One after the other, or the server would read several as one piece.
  const errors = on(server, 'clientError');
  for (let i = 0; i < PIECES; i++) {
    client.write('nonsense\r\n\r\n');
    await errors.next();
  }
  expect(response.listenerCount('finish')).toBe(listeners + 1);
  response.end('the response');
  await once(client, 'end');
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  client.destroy();
  server.close();
});

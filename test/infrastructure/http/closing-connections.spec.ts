import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect as connectTo, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ClosingConnections } from '../../../src/infrastructure/http/closing-connections';
import { oldGenerationAfter } from '../../support/old-generation';

/** A connection that has sent nothing. */
class Socket extends EventEmitter {
  readonly bytesRead = 0;
  readonly buffer = Array(1_000).fill(0);
  destroyed = 0;

  destroy(): void {
    this.destroyed += 1;
    this.emit('close');
  }
}

function closing() {
  const server = Object.assign(new EventEmitter(), { closeIdleConnections: () => undefined });
  const connections = new ClosingConnections(server as unknown as Server, 1_000);
  const connect = (): Socket => {
    const socket = new Socket();
    server.emit('connection', socket);
    return socket;
  };
  return { connections, connect };
}

it('each connection that is open when the server closes is closed once, in whatever order the others have ended', async () => {
  const { connections, connect } = closing();
  const sockets = Array.from({ length: 6 }, connect);
  for (const ended of [5, 1, 0]) sockets[ended]!.emit('close');
  sockets.push(connect());
  const open = [2, 3, 4, 6].map((place) => sockets[place]!);
  const closed = Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  await connections.closeDuring(() => closed.then(() => undefined));
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([0, 0, 1, 1, 1, 0, 1]);
});

it('a connection that has ended does not reach the old generation', async () => {
  const { connect } = closing();
  const open: Socket[] = [];
  const visits = () => {
    const sockets = Array.from({ length: 50 }, connect);
    for (const socket of sockets) if (open.push(socket) > 8) open.shift()!.emit('close');
    return Promise.resolve(sockets);
  };
  const dropped = await oldGenerationAfter(visits);
  const kept = await oldGenerationAfter(visits, { isHeld: true });
  expect(dropped).toBeLessThan(kept / 10);
});

describe('while a server closes', () => {
  /**
   * Sends a request in two pieces, the second one when the connections have been checked; `finish` is called after that.
   * @returns what its client receives
   */
  async function responseTo(
    [first, second]: readonly [string, string],
    requestTimeoutMs: number,
    finish: (response: ServerResponse) => void,
  ): Promise<string> {
    const server = createServer();
    const connections = new ClosingConnections(server, requestTimeoutMs);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connectTo(port, '127.0.0.1');
    const handled = once(server, 'request');
    client.write(first);
    const [, response] = (await handled) as [unknown, ServerResponse];
    // A connection without a request ends at the first check.
    const silent = connectTo(port, '127.0.0.1').resume();
    await once(server, 'connection');
    const closed = connections.closeDuring(() => new Promise((resolve) => server.close(() => resolve())));
    await once(silent, 'close');
    client.write(second);
    finish(response);
    const received = await text(client);
    await closed;
    return received;
  }

  it('a request that is still arriving is completed if it does so in time', async () => {
    const pieces = ['POST / HTTP/1.1\r\nHost: service\r\nContent-Length: 4\r\n\r\nab', 'cd'] as const;
    const received = await responseTo(pieces, 60_000, (response) => {
      response.req.resume().on('end', () => response.end('the response'));
    });
    expect(received).toContain('HTTP/1.1 200');
  });

  it('a request that has arrived is completed, however long that takes', async () => {
    const received = await responseTo(['GET / HTTP/1.1\r\nHost: service\r\n\r\n', ''], 0, (response) => {
      response.end('the response');
    });
    expect(received).toContain('HTTP/1.1 200');
  });
});

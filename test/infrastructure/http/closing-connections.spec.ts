import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
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

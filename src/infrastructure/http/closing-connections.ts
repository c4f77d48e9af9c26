import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { rejectUnparsableRequest } from './unparsable-request';

/** How often connections are closed that have become idle. */
const CHECK_INTERVAL_MS = 50;

/** Of a socket: its place in the list. */
const PLACE = Symbol('place');

interface SocketOfServer extends Socket {
  /** Node's server keeps the response to the request that is being handled here, from the end of its head. */
  readonly _httpMessage?: ServerResponse | null;
  [PLACE]?: number;
}

/**
 * The connections of a server, which would keep it open when it closes. Node closes those that are idle at that moment, and from then
 * on limits no longer how long a request may take to arrive: one that never does would prevent the end.
 */
export class ClosingConnections {
  /** No Set: V8 keeps what was removed from one until the next full collection. */
  private readonly open: SocketOfServer[] = [];

  /** @param requestTimeoutMs how long a request may take to arrive */
  constructor(
    private readonly server: Server,
    private readonly requestTimeoutMs: number,
  ) {
    server.on('connection', (socket: SocketOfServer) => {
      socket[PLACE] = this.open.push(socket) - 1;
      socket.once('close', () => this.remove(socket));
    });
  }

  /**
   * Until the server has closed: closes connections without a request, and after the request timeout those whose request has not
   * arrived, with a 408. What has arrived is completed.
   */
  async closeDuring(close: () => Promise<void>): Promise<void> {
    const since = performance.now();
    const timer = setInterval(() => {
      this.server.closeIdleConnections();
      const isLate = performance.now() - since >= this.requestTimeoutMs;
      for (const socket of this.open) {
        if (socket.bytesRead === 0) socket.destroy();
        else if (isLate && !hasArrived(socket)) giveUp(socket);
      }
    }, CHECK_INTERVAL_MS);
    try {
      await close();
    } finally {
      clearInterval(timer);
    }
  }

  /** The last one takes its place. */
  private remove(socket: SocketOfServer): void {
    const last = this.open.pop()!;
    if (last === socket) return;
    const place = socket[PLACE]!;
    this.open[place] = last;
    last[PLACE] = place;
  }
}

function hasArrived({ _httpMessage: current }: SocketOfServer): boolean {
  return current?.req.complete === true;
}

function giveUp(socket: Socket): void {
  const error = Object.assign(new Error('The request did not arrive in time.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  rejectUnparsableRequest(error, socket);
  // Its client may never close its side.
  socket.destroySoon();
}

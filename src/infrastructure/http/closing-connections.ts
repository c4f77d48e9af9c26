import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { rejectUnparsableRequest } from './unparsable-request';

/** How often connections are closed that have become idle. */
const CHECK_INTERVAL_MS = 50;

/** Node's server keeps the response to the request that is being handled here, from the end of its head. */
interface SocketOfServer extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}

/**
 * The connections of a server, which would keep it open when it closes. Node closes those that are idle at that moment, and from then
 * on limits no longer how long a request may take to arrive: one that never does would prevent the end.
 */
export class ClosingConnections {
  private readonly open = new Set<Socket>();

  /** @param requestTimeoutMs how long a request may take to arrive */
  constructor(
    private readonly server: Server,
    private readonly requestTimeoutMs: number,
  ) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
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

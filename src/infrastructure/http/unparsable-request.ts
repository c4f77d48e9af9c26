import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { httpProblem } from './http-problems';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem';
import { dataHeaders } from './security-headers';

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** Node's server keeps the response that is being sent and the parser here, and reads both in its own handlers. */
interface SocketOfServer extends Socket {
  readonly _httpMessage?: ServerResponse | null;
  readonly parser?: { readonly incoming?: { readonly complete: boolean } | null } | null;
}

const headers = Object.entries(dataHeaders()).map(([name, value]) => `${name}: ${value}`);

/** Those on which a response to an earlier request has to end first. Further bytes that arrive are not parsed either. */
const waiting = new WeakSet<Socket>();

/** Responds to what Node could not parse as HTTP, or not in time. No request object exists yet: the bytes are written here. */
export function rejectUnparsableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const { _httpMessage: current, parser } = socket as SocketOfServer;
  const isGone = error.code === 'ECONNRESET' || !socket.writable;
  if (!isGone && current?.req.complete) {
    // A whole request came before, on the same connection, and its response is first: this one would be taken for it.
    if (waiting.has(socket)) return;
    waiting.add(socket);
    current.once('finish', () => {
      waiting.delete(socket);
      rejectUnparsableRequest(error, socket);
    });
    return;
  }
  // The response was sent before the request had arrived as a whole: a second one would be taken for that of the next request.
  const hasResponded = current ? current.headersSent : parser?.incoming?.complete === false;
  if (isGone || hasResponded) {
    socket.destroy(error);
    return;
  }
  const sketch = httpProblem(statuses[error.code ?? ''] ?? 400);
  const body = JSON.stringify(toProblem(sketch, '/'));
  socket.end(
    [
      `HTTP/1.1 ${sketch.status} ${STATUS_CODES[sketch.status]}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${randomUUID()}`,
      ...headers,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

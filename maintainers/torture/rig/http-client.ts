import { connect, type Socket } from 'node:net';

export interface Response {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  readonly key?: string;
  readonly body?: unknown;
}

/** The bytes of a request. */
export function requestText({ method, path, token, key, body }: Request): string {
  const content = body === undefined ? '' : JSON.stringify(body);
  const headers = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(key === undefined ? [] : [`Idempotency-Key: ${key}`]),
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(content)}`]),
  ];
  return `${headers.join('\r\n')}\r\n\r\n${content}`;
}

/** The connection closed before the response was complete. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

/** A client over raw sockets with keep-alive: it must cost less CPU than what it loads. */
export class HttpClient {
  private readonly idle = new Map<number, Connection[]>();
  private readonly all = new Set<Connection>();

  /** @returns the response; rejects with a NoResponseError */
  send(port: number, text: string): Promise<Response> {
    const free = this.idle.get(port) ?? [];
    this.idle.set(port, free);
    const connection = free.pop() ?? this.open(port, free);
    return connection.send(text);
  }

  /** Requests that have no response yet. */
  get outstanding(): number {
    let count = 0;
    for (const connection of this.all) if (connection.isWaiting) count += 1;
    return count;
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }

  private open(port: number, free: Connection[]): Connection {
    const connection = new Connection(
      port,
      () => free.push(connection),
      () => {
        this.all.delete(connection);
        const index = free.indexOf(connection);
        if (index >= 0) free.splice(index, 1);
      },
    );
    this.all.add(connection);
    return connection;
  }
}

/** Sends one request at a time. */
class Connection {
  private readonly socket: Socket;
  private text = '';
  private waiting: { resolve(response: Response): void; reject(error: Error): void } | undefined;

  constructor(port: number, onFree: () => void, onClosed: () => void) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (piece: string) => {
      this.text += piece;
      const response = parse(this.text);
      if (!response) return;
      const { waiting } = this;
      this.text = '';
      this.waiting = undefined;
      if (/\r\nconnection: close/i.test(response.head)) this.socket.destroy();
      else onFree();
      waiting?.resolve(response);
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      onClosed();
      this.waiting?.reject(new NoResponseError('The connection closed before the response was complete.'));
      this.waiting = undefined;
    });
  }

  get isWaiting(): boolean {
    return this.waiting !== undefined;
  }

  send(text: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(text);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** @returns the response if the text has all of it */
function parse(text: string): Response | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  const isComplete =
    length === undefined
      ? !/\r\ntransfer-encoding: chunked/i.test(head) || body.endsWith('0\r\n\r\n')
      : body.length >= Number(length);
  return isComplete ? { status: Number(head.slice(9, 12)), head, body } : undefined;
}

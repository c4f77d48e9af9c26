import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Sends bytes that no HTTP client would, and reads the response until the server closes the connection.
 * @param write the bytes, or a function that writes them to the socket in pieces
 */
export function sendRaw(url: string, write: string | ((socket: Socket) => void)): Promise<RawResponse> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      if (typeof write === 'string') socket.write(write);
      else write(socket);
    });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => (text += piece));
    // A server that refuses a request before its end resets the connection; its response has arrived already.
    socket.on('error', (error) => (text ? resolve(parse(text)) : reject(error)));
    socket.on('end', () => {
      socket.end();
      resolve(parse(text));
    });
  });
}

function parse(text: string): RawResponse {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Headers(headers), body: rest.join('\r\n\r\n') };
}

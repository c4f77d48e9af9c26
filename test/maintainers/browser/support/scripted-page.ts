import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageMessage } from '../../../../src/query-timing/page/messages';
import { PAGE, POLICY } from '../../../../src/query-timing/page/page-asset';
import { firstMessage } from '../../../query-timing/page/support/page-messages';

/** The page, with the messages that a test writes instead of those of a timing. */
export class ScriptedPage {
  /** The first message of each connection. */
  first: PageMessage = firstMessage();
  /** The status of further event streams, if they are refused. */
  refusal: number | undefined;
  /** Further event streams are open and silent. */
  isMute = false;
  private readonly streams = new Set<ServerResponse>();
  private onOpen = () => undefined as void;
  private onClose = () => undefined as void;

  private constructor(
    private server: Server,
    private readonly port: number,
  ) {}

  static async open(): Promise<ScriptedPage> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = new ScriptedPage(server, (server.address() as AddressInfo).port);
    page.serve();
    return page;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Open event streams. */
  get watchers(): number {
    return this.streams.size;
  }

  send(message: PageMessage): void {
    for (const stream of this.streams) stream.write(`data: ${JSON.stringify(message)}\n\n`);
  }

  /** Resolves when another event stream is open. */
  opened(): Promise<void> {
    return new Promise((resolve) => (this.onOpen = resolve));
  }

  /** Resolves when an event stream has been closed. */
  closed(): Promise<void> {
    return new Promise((resolve) => (this.onClose = resolve));
  }

  endStreams(): void {
    for (const stream of this.streams) stream.destroy();
  }

  /** Ends the process, as a browser sees it. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async start(): Promise<void> {
    this.server = createServer().listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.serve();
  }

  private serve(): void {
    this.server.on('request', ({ url = '' }, response) => {
      if (!url.endsWith('?events')) {
        response.setHeader('content-security-policy', POLICY);
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(PAGE);
        return;
      }
      if (this.refusal !== undefined) {
        response.writeHead(this.refusal).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      if (!this.isMute) response.write(`data: ${JSON.stringify(this.first)}\n\n`);
      this.streams.add(response);
      response.once('close', () => {
        this.streams.delete(response);
        this.onClose();
      });
      this.onOpen();
    });
  }
}

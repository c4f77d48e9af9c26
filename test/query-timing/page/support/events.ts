import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { PageMessage } from '../../../../src/query-timing/page/messages';

/** The event stream of a page, as a browser reads it. */
export class Events {
  private text = '';

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('error', () => undefined);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<Events> {
    const request = httpRequest(`${url}?events`, { headers, agent: false }).end();
    request.on('error', () => undefined);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Events(response);
  }

  get status(): number | undefined {
    return this.response.statusCode;
  }

  get contentType(): string | undefined {
    return this.response.headers['content-type'];
  }

  async next(): Promise<PageMessage> {
    let end = this.text.indexOf('\n\n');
    while (end < 0) {
      const [chunk] = (await once(this.response, 'data')) as [string];
      this.text += chunk;
      end = this.text.indexOf('\n\n');
    }
    const data = this.text.slice(0, end).replace(/^data: /, '');
    this.text = this.text.slice(end + 2);
    return JSON.parse(data) as PageMessage;
  }

  /** The first message from now on for which it is true. */
  async until(isIt: (message: PageMessage) => boolean): Promise<PageMessage> {
    while (true) {
      const message = await this.next();
      if (isIt(message)) return message;
    }
  }

  /** Resolves when the server has ended it. */
  async ended(): Promise<void> {
    this.response.resume();
    if (!this.response.closed) await once(this.response, 'close');
  }

  close(): void {
    this.response.destroy();
  }
}

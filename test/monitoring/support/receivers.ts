import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';

/** A notification that a receiver got. */
export interface Message {
  readonly channel: 'pagerduty' | 'slack' | 'email' | 'watchdog';
  /** The JSON of PagerDuty, Slack and the webhook; for a mail, its `subject` and `source`. */
  readonly body: any;
}

/** Stub receivers on loopback: PagerDuty, Slack, a mail server and the watchdog relay. They accept and keep every message. */
export class Receivers {
  readonly messages: Message[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly sockets = new Set<Socket>();
  private http!: Server;
  private smtp!: TcpServer;

  static async start(): Promise<Receivers> {
    const receivers = new Receivers();
    receivers.http = createHttpServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        receivers.take({ channel: request.url?.split('/')[1] as Message['channel'], body: JSON.parse(text) });
        // As Slack does: newer versions of Alertmanager read the response by its type.
        const isSlack = request.url === '/slack';
        const status = request.url === '/pagerduty' ? 202 : 200;
        response.writeHead(status, { 'content-type': isSlack ? 'text/html' : 'application/json' });
        response.end(isSlack ? 'ok' : '{"status":"success"}');
      });
    });
    receivers.smtp = createTcpServer((socket) => receivers.receiveMail(socket));
    for (const server of [receivers.http, receivers.smtp]) {
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    }
    return receivers;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  get smarthost(): string {
    return `127.0.0.1:${(this.smtp.address() as AddressInfo).port}`;
  }

  of(channel: Message['channel']): any[] {
    return this.messages.filter((message) => message.channel === channel).map(({ body }) => body);
  }

  /** Waits for a message. @throws if none arrives in time, with the messages that did arrive */
  async until(
    what: string,
    channel: Message['channel'],
    fits: (body: any) => boolean,
    withinMs = 30_000,
  ): Promise<any> {
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      const found = this.of(channel).find(fits);
      if (found !== undefined) return found;
      const left = giveUpAt - performance.now();
      if (left <= 0) {
        const arrived = this.messages.map(({ channel: by, body }) => `${by}: ${titleOf(body)}`);
        throw new Error(`No ${what} on ${channel} within ${withinMs} ms. Arrived: ${arrived.join('; ') || 'nothing'}`);
      }
      await this.nextMessage(left);
    }
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([this.http, this.smtp].map((server) => new Promise((closed) => server.close(closed))));
  }

  private nextMessage(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.listeners.add(done);
    });
  }

  private take(message: Message): void {
    this.messages.push(message);
    for (const listener of [...this.listeners]) listener();
  }

  /** The part of SMTP that a client needs to deliver a mail. */
  private receiveMail(socket: Socket): void {
    this.sockets.add(socket.setEncoding('utf8'));
    let pending = '';
    let mail: string[] | undefined;
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 loopback');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const lines = (pending + String(chunk)).split('\r\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        if (mail) {
          if (line !== '.') {
            mail.push(line);
            continue;
          }
          this.take({ channel: 'email', body: parseMail(mail) });
          mail = undefined;
          say('250 accepted');
        } else if (/^DATA/i.test(line)) {
          mail = [];
          say('354 go on');
        } else if (/^QUIT/i.test(line)) {
          say('221 bye');
          socket.end();
        } else say('250 loopback');
      }
    });
  }
}

function parseMail(lines: readonly string[]): { subject: string; source: string } {
  const source = lines
    .join('\n')
    .replaceAll(/=\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const subject = /^Subject: (.*)$/m.exec(source)?.[1] ?? '';
  const encoded = /^=\?utf-8\?q\?(.*)\?=$/i.exec(subject)?.[1];
  return { subject: (encoded ?? subject).replaceAll('_', encoded ? ' ' : '_'), source };
}

/** The title of a message of any channel. */
export function titleOf(body: any): string {
  return String(
    body.payload?.summary ?? body.attachments?.[0]?.title ?? body.subject ?? body.event_action ?? body.receiver ?? '?',
  );
}

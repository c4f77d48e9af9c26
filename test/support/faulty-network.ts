import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What becomes of the response to COMMIT: the connection is cut instead, or nothing arrives any more. */
export type CommitFault = 'cut' | 'swallow';

/** The simple query COMMIT, as it is sent. */
const COMMIT = Buffer.from('Q\0\0\0\x0bCOMMIT\0');

/** A proxy between the service and its database that fails like a network. */
export class FaultyNetwork {
  private readonly sockets = new Set<Socket>();
  private state: 'up' | 'down' | 'silent' = 'up';
  private commits: CommitFault | undefined;
  private damaging = false;
  private readonly clients = new Set<Socket>();
  private forgotten = new Set<Socket>();
  private holding: (() => void) | undefined;
  private held: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    private target: URL,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async before(url: string): Promise<FaultyNetwork> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultyNetwork(server, new URL(url));
  }

  /** The URL of the database through this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** New connections lead there: the database has another address, as after a failover. */
  leadTo(url: string): void {
    this.target = new URL(url);
  }

  get isSilent(): boolean {
    return this.state === 'silent';
  }

  /** Closes all connections and accepts no new ones. */
  goDown(): void {
    this.state = 'down';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Keeps the connections but passes nothing on, like a black hole. */
  goSilent(): void {
    this.state = 'silent';
    for (const socket of this.sockets) socket.pause();
  }

  /** The connections that are open now are reset as soon as the client sends something, as by a firewall that forgets them. */
  forgetConnections(): void {
    this.forgotten = new Set(this.clients);
  }

  /** From now on, the server gets each COMMIT and executes it, and the client does not get the response. */
  loseCommits(how: CommitFault): void {
    this.commits = how;
  }

  /** From now on, what the server sends arrives with a wrong byte at its end, except its consent to TLS. */
  damageResponses(): void {
    this.damaging = true;
  }

  /** From now on, what the server sends arrives only when the network comes back. Resolves when something is held. */
  holdResponses(): Promise<void> {
    return new Promise((resolve) => (this.holding = resolve));
  }

  comeBack(): void {
    this.state = 'up';
    this.holding = undefined;
    for (const send of this.held.splice(0)) send();
    this.damaging = false;
    this.commits = undefined;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.goDown();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    if (this.state === 'down') {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port || 5432), this.target.hostname);
    let lost: CommitFault | undefined;
    this.clients.add(client);
    client.on('close', () => this.clients.delete(client));
    client.on('data', (data: Buffer) => {
      if (this.forgotten.has(client)) {
        client.resetAndDestroy();
        return;
      }
      if (this.commits && data.includes(COMMIT)) lost = this.commits;
      server.write(data);
    });
    server.on('data', (data: Buffer) => {
      if (this.damaging && data.length > 1) data[data.length - 1]! ^= 0xff;
      if (this.holding) {
        this.held.push(() => client.write(data));
        this.holding();
      } else if (lost === 'cut') client.destroy();
      else if (lost === undefined) client.write(data);
    });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.state === 'silent') from.pause();
    }
  }
}

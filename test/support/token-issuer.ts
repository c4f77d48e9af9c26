import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { SERVICE_NAME } from '../../src/infrastructure/config/service-name';

interface IssuerKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export const ISSUER = 'https://issuer.example';
export const AUDIENCE = SERVICE_NAME;

/** A token issuer that serves its keys on a local port. */
export class TokenIssuer {
  private keys: IssuerKey[] = [];
  private server: Server | undefined;
  private port = 0;
  /** How often the keys were fetched. */
  fetches = 0;
  private held: (() => void)[] | undefined;
  /** Sent instead of the keys when set. */
  response: { readonly status: number; readonly body: string } | undefined;

  static async start(algorithm = 'ES256'): Promise<TokenIssuer> {
    const issuer = new TokenIssuer();
    await issuer.rotate(algorithm);
    await issuer.listen();
    return issuer;
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${this.port}/jwks`;
  }

  get publicKey(): CryptoKey {
    return this.keys[0]!.publicKey;
  }

  /** Replaces the key. */
  async rotate(algorithm = 'ES256'): Promise<void> {
    const pair = await generateKeyPair(algorithm, { extractable: true });
    this.keys = [{ kid: `key-${Math.random()}`, algorithm, ...pair }];
  }

  /** Adds a key, which signs from now on. */
  async addKey(algorithm = 'ES256'): Promise<void> {
    const { keys } = this;
    await this.rotate(algorithm);
    this.keys.push(...keys);
  }

  /** The public key as text, which a forger could use as a shared secret. */
  async publicKeyAsSecret(): Promise<Uint8Array> {
    return new TextEncoder().encode(await exportSPKI(this.publicKey));
  }

  /** A valid token except for the given claims and header; an undefined claim is left out. */
  async sign(claims: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> {
    const { kid, algorithm, privateKey } = this.keys[0]!;
    const valid = { iss: ISSUER, aud: AUDIENCE, sub: 'alice', exp: secondsFromNow(60), scope: 'reports:read' };
    const payload = JSON.parse(JSON.stringify({ ...valid, ...claims })) as JWTPayload;
    return new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid, ...header }).sign(privateKey);
  }

  async listen(): Promise<void> {
    this.server = createServer((_request, response) => {
      this.fetches += 1;
      const respond = () =>
        void this.respond().then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
        });
      if (this.held) this.held.push(respond);
      else respond();
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** From now on, it accepts requests for its keys and does not respond to them. */
  fallSilent(): void {
    this.held = [];
  }

  /** Responds to those requests, and to later ones. */
  speakAgain(): void {
    const { held = [] } = this;
    this.held = undefined;
    for (const respond of held) respond();
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  private async respond(): Promise<{ readonly status: number; readonly body: string }> {
    if (this.response) return this.response;
    const keys: JWK[] = await Promise.all(
      this.keys.map(async ({ kid, algorithm, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg: algorithm,
        use: 'sig',
      })),
    );
    return { status: 200, body: JSON.stringify({ keys }) };
  }
}

export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';

export const DEVELOPMENT_ISSUER = 'urn:development-issuer';
const ALGORITHM = 'ES256';

export interface TokenRequest {
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Seconds from now. */
  readonly lifetimeSeconds?: number;
}

interface KeyFile {
  readonly audience: string;
  readonly privateKey: JWK;
}

/**
 * Replaces a real token issuer during development. It generates a key at every start, unless it is given one, and keeps it,
 * while the service runs, in a file that only your user can read. No endpoint issues tokens. The service refuses to start with
 * it in production.
 */
export class DevelopmentIssuer {
  private constructor(
    readonly keys: JWTVerifyGetKey,
    private readonly key: KeyFile,
  ) {}

  /** @param key a private JWK of P-256 */
  static async create(audience: string, key?: string): Promise<DevelopmentIssuer> {
    const privateKey = key === undefined ? await newKey() : (JSON.parse(key) as JWK);
    const { kty, crv, x, y } = privateKey;
    const keys = createLocalJWKSet({ keys: [{ kty: kty!, crv, x, y, alg: ALGORITHM }] });
    return new DevelopmentIssuer(keys, { audience, privateKey });
  }

  sign(request: TokenRequest): Promise<string> {
    return sign(this.key, request);
  }

  /** Lets `npm run token` sign tokens for the service on this port. @returns a function that removes the key */
  async publish(port: number): Promise<() => Promise<void>> {
    const file = keyFileOf(port);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // Written under another name and renamed, so that a reader never finds half a key.
    const unfinished = `${file}.${randomUUID()}`;
    await writeFile(unfinished, JSON.stringify(this.key), { mode: 0o600, flag: 'wx' });
    await rename(unfinished, file);
    return () => rm(file, { force: true });
  }
}

/** @throws when no service with a development issuer runs on this port */
export async function signForRunningService(port: number, request: TokenRequest): Promise<string> {
  const content = await readFile(keyFileOf(port), 'utf8').catch(() => {
    throw new Error(`No service with a development issuer runs on port ${port}. Start one with npm start.`);
  });
  return sign(JSON.parse(content) as KeyFile, request);
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

async function sign({ audience, privateKey }: KeyFile, { subject, scopes, lifetimeSeconds = 3_600 }: TokenRequest) {
  return new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
    .setIssuer(DEVELOPMENT_ISSUER)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(await importJWK(privateKey, ALGORITHM));
}

/** The ports on which services with a development issuer have been started and not stopped. One that was killed may be among them. */
export async function publishedPorts(): Promise<number[]> {
  const files = await readdir(keyFolder()).catch((): string[] => []);
  return files.flatMap((file) => /^(\d+)\.json$/.exec(file)?.[1] ?? []).map(Number);
}

const keyFolder = (): string => join(process.cwd(), '.data', 'development-issuer');
const keyFileOf = (port: number): string => join(keyFolder(), `${port}.json`);

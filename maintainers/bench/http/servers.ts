import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Pool } from 'undici';
import { freePort } from '../../../development-database/free-port';
import { dataHeaders } from '../../../src/infrastructure/http/security-headers';
import { projectRoot, serviceEntry } from '../../../tools/service-process/build';
import { ServerProcess } from '../../../tools/service-process/server-process';
import { imageSettings } from '../../image/image-settings';
import { BUYER, READER, type Target } from './scenarios';

const POOL_SIZE = '10';
const ISSUER = 'urn:benchmark';
const AUDIENCE = 'ordering';
const TOKEN_LIFETIME = '1d';

/** CPU time and memory of a server so far. */
export interface Usage {
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
}

/**
 * The service, the service that prepares no statements, plain Nest and TypeORM, bare Fastify and pg, and the same with named
 * statements.
 */
export const serverNames = ['service', 'unprepared', 'nest', 'bare', 'named'] as const;
export type ServerName = (typeof serverNames)[number];
/** One of each. */
export type OfEach<T> = Readonly<Record<ServerName, T>>;

export const ofEach = <T>(value: (name: ServerName) => T): OfEach<T> => ({
  service: value('service'),
  unprepared: value('unprepared'),
  nest: value('nest'),
  bare: value('bare'),
  named: value('named'),
});

export const ofEachInTurn = async <T>(value: (name: ServerName) => Promise<T>): Promise<OfEach<T>> => ({
  service: await value('service'),
  unprepared: await value('unprepared'),
  nest: await value('nest'),
  bare: await value('bare'),
  named: await value('named'),
});

export interface Server {
  readonly process: ServerProcess;
  readonly target: Target;
}

/** Publishes keys and signs tokens, as an issuer in production does. */
export interface Issuer {
  readonly jwksUrl: string;
  readonly tokens: Readonly<Record<string, string>>;
  close(): void;
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: '1' }] });
  const server = createServer((_request, response) => response.end(keys));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sign = (subject: string) =>
    new SignJWT({ scope: '' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: '1' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(TOKEN_LIFETIME)
      .sign(privateKey);
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    tokens: { [READER]: await sign(READER), [BUYER]: await sign(BUYER) },
    close: () => void server.close(),
  };
}

/**
 * The service as its image runs it: with the image's variables and arguments, a token issuer, one JSON line per response,
 * and metrics on their own listener. Only the rate limit is off, and NODE_ENV is not production, which would require an https
 * issuer.
 */
export async function startService(
  node: string,
  databaseUrl: string,
  issuer: Issuer,
  connections: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const image = imageSettings();
  const readyUrl = `http://127.0.0.1:${managementPort}/health/ready`;
  const process = await start(node, image.nodeArguments, serviceEntry, readyUrl, {
    ...image.environment,
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(port),
    MANAGEMENT_PORT: String(managementPort),
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: POOL_SIZE,
    SEED_DATA: 'false',
    AUTH_JWKS_URL: issuer.jwksUrl,
    AUTH_ISSUER: ISSUER,
    AUTH_AUDIENCE: AUDIENCE,
    LOG_FORMAT: 'json',
    RATE_LIMIT: '0',
    // The other servers store events, too, and send none.
    OUTBOX_RELAY: 'false',
    SHUTDOWN_DRAIN_MS: '0',
    ...settings,
  });
  const as = (customer: string) => ({ authorization: `Bearer ${issuer.tokens[customer]}` });
  return { process, target: { pool: poolFor(port, connections), as } };
}

/** One of the servers that trust `x-customer`. */
export async function startSimpleServer(
  node: string,
  script: string,
  databaseUrl: string,
  connections: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const port = await freePort();
  const process = await start(node, [], script, `http://127.0.0.1:${port}/health/ready`, {
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: POOL_SIZE,
    SECURITY_HEADERS: JSON.stringify(dataHeaders()),
    ...settings,
  });
  return { process, target: { pool: poolFor(port, connections), as: (customer) => ({ 'x-customer': customer }) } };
}

export async function stopServer({ process, target }: Server): Promise<void> {
  await target.pool.destroy();
  await process.stop();
}

const start = (
  node: string,
  nodeArguments: readonly string[],
  script: string,
  readyUrl: string,
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> =>
  ServerProcess.start({
    node,
    script,
    // Interleaving makes servers idle, and V8 then discards compiled code (243 functions of the service, in one run), which
    // it does not do under the steady load to be measured.
    nodeArguments: [...nodeArguments, '--no-memory-reducer', '--require', join(__dirname, 'answers-usage.cjs')],
    env,
    cwd: projectRoot,
    readyUrl,
    output: 'discard',
  });

const poolFor = (port: number, connections: number): Pool =>
  new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });

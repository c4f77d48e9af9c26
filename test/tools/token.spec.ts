import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import {
  DEVELOPMENT_ISSUER,
  DevelopmentIssuer,
  signForRunningService,
} from '../../src/infrastructure/auth/development-issuer';
import { SERVICE_NAME } from '../../src/infrastructure/config/service-name';
import { developmentScopes } from '../../tools/development-scopes';

const root = join(__dirname, '../..');
/** Outside of the range of ephemeral ports, so that no other service has published a key for it. */
const PORT = 65_123;

interface Run {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function token(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = root): Promise<Run> {
  const command = ['--require', require.resolve('tsx/cjs'), join(root, 'tools/token.ts'), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd, env: { ...process.env, ...env } }, (error, output, errors) => {
      resolve({ code: Number(error?.code ?? 0), output, errors });
    });
  });
}

describe('npm run token', () => {
  let issuer: DevelopmentIssuer;
  let withdraw: () => Promise<void>;
  beforeAll(async () => {
    issuer = await DevelopmentIssuer.create(SERVICE_NAME);
    withdraw = await issuer.publish(PORT);
  });
  afterAll(() => withdraw());

  const claimsOf = async (jwt: string) =>
    (await jwtVerify(jwt.trim(), issuer.keys, { issuer: DEVELOPMENT_ISSUER, audience: SERVICE_NAME })).payload;

  it('signs for the subject and the scopes that it is given', async () => {
    const { code, output } = await token(['--subject', 'alice', '--scope', 'a:read b:write', '--port', String(PORT)]);
    expect(code).toBe(0);
    expect(await claimsOf(output)).toMatchObject({ sub: 'alice', scope: 'a:read b:write' });
  });

  it('needs no argument for the commands of the README', async () => {
    const { output } = await token([], { PORT: String(PORT) });
    expect(await claimsOf(output)).toMatchObject({ sub: 'customer-1', scope: developmentScopes.join(' ') });
  });

  it('finds the service that runs, whatever its port, and not one that was killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'token-'));
    const listener = createServer().listen(0, 'localhost');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const key = await readFile(join(root, '.data/development-issuer', `${PORT}.json`), 'utf8');
    await mkdir(join(folder, '.data/development-issuer'), { recursive: true });
    for (const one of [PORT, port]) await writeFile(join(folder, '.data/development-issuer', `${one}.json`), key);
    const { errors, output } = await token([], { PORT: '' }, folder);
    listener.close();
    await rm(folder, { recursive: true });
    expect(errors).toBe('');
    expect(await claimsOf(output)).toMatchObject({ sub: 'customer-1' });
  });

  it('reads a complete key while a restarting service publishes another one', async () => {
    let restarting = true;
    const restarts = async () => {
      for (let restart = 0; restart < 100; restart++) await issuer.publish(PORT);
      restarting = false;
    };
    const read = async () => {
      while (restarting) await signForRunningService(PORT, { subject: 'alice', scopes: [] });
    };
    await Promise.all([restarts(), ...Array.from({ length: 8 }, read)]);
  });

  it('says in one line that no service is running, and exits with 1', async () => {
    const { code, output, errors } = await token(['--port', '65122']);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toBe('No service with a development issuer runs on port 65122. Start one with npm start.\n');
  });

  it.each([
    ['--port', '0'],
    ['--port', '3e3'],
    ['--subject', ''],
    ['--scope', 'quo"ted'],
  ])('refuses %s %j and names what it must be', async (option, value) => {
    const { code, errors } = await token([option, value]);
    expect(code).toBe(2);
    expect(errors).toContain(`argument '${value}' is invalid. Expected`);
  });

  it('rejects an invalid PORT', async () => {
    expect(await token([], { PORT: 'http' })).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/'http' from env 'PORT' is invalid. Expected a port/),
    });
  });
});

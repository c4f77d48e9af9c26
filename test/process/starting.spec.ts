import { createServer, type AddressInfo } from 'node:net';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { isAlive, postmasterOf, ServiceProcess, temporaryDirectory, untilGone } from '../support/service-process';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const started: ServiceProcess[] = [];
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  for (const service of started.splice(0)) {
    service.signal('SIGKILL');
    await service.ended;
  }
  const left = await postmasterOf(directory.path);
  if (left && isAlive(left)) {
    process.kill(left, 'SIGQUIT');
    await untilGone(left);
  }
});
afterAll(() => directory.remove());

function start(environment: Readonly<Record<string, string>> = {}): ServiceProcess {
  const service = new ServiceProcess({ EMBEDDED_POSTGRES_DIRECTORY: directory.path, ...environment });
  started.push(service);
  return service;
}

const get = async (url: string, token?: string) =>
  fetch(url, token ? { headers: { authorization: `Bearer ${token}` } } : {});

describe('a start without a database of its own', () => {
  it('brings one, migrates it, and says where everything is', async () => {
    const service = start({ SEED_DATA: 'true' });
    const url = await service.ready();
    const [, docs] = await service.line(/"docs +(http:\S+?)"/);
    const [, health] = await service.line(/"health +(http:\S+?)"/);
    const [, metrics] = await service.line(/"metrics +(http:\S+?)"/);
    for (const address of [docs, health, metrics]) expect((await get(address!)).status).toBe(200);

    const token = await signForRunningService(Number(new URL(url).port), { subject: 'alice', scopes: [] });
    expect(token.split('.')).toHaveLength(3);
    expect(await (await get(metrics!)).text()).toMatch(/db_queries_total\{query_type="SELECT"\} [1-9]/);
    service.signalGroup('SIGINT');
    expect(await service.ended).toBe(0);
  });

  it('finds its data again, and replaces a server that a killed service left behind', async () => {
    const first = start({ SEED_DATA: 'true' });
    await first.ready();
    const left = (await postmasterOf(directory.path))!;
    first.signal('SIGKILL');
    await first.ended;
    expect(isAlive(left)).toBe(true);

    const second = start({ SEED_DATA: 'true' });
    await second.ready();
    expect(second.messages('info')).not.toContain('migrated');
    expect(second.messages('info')).not.toContain('seeded the catalogue');
    second.signal('SIGINT');
    expect(await second.ended).toBe(0);
    expect(isAlive(left)).toBe(false);
  });
});

describe('a start that cannot succeed', () => {
  it('lists everything that is wrong with the configuration, and exits with 1', async () => {
    const service = start({ NODE_ENV: 'production', PORT: 'http', LOG_LEVEL: 'loud' });
    expect(await service.ended).toBe(1);
    expect(service.lines).toEqual([
      'The configuration is not valid:',
      expect.stringMatching(/^ {2}PORT /),
      expect.stringMatching(/^ {2}LOG_LEVEL /),
      expect.stringMatching(/^ {2}DATABASE_URL is missing/),
      expect.stringMatching(/^ {2}AUTH_JWKS_URL is missing/),
    ]);
  });

  it('tells in one line that the database cannot be reached, after the attempts it may make, and exits with 1', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));

    const service = start({
      DATABASE_URL: `postgres://shop:hush@127.0.0.1:${port}/shop`,
      DATABASE_CONNECT_ATTEMPTS: '2',
    });
    expect(await service.ended).toBe(1);
    expect(service.lines).toHaveLength(1);
    expect(service.messages('fatal')).toEqual([
      `PostgreSQL at 127.0.0.1:${port}/shop cannot be reached after 2 attempts: connect ECONNREFUSED 127.0.0.1:${port}.`,
    ]);
    expect(service.lines.join()).not.toContain('hush');
  });

  it('tells in one line that its port is taken, stops its database, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const service = start({ PORT: String(port) });
    expect(await service.ended).toBe(1);
    expect(service.messages('fatal')).toEqual([expect.stringContaining(`address already in use 127.0.0.1:${port}`)]);
    expect(await postmasterOf(directory.path)).toBeUndefined();
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('SIGTERM', () => {
  it('to the shell that npm puts before the service, which passes nothing on, stops the service all the same', async () => {
    const environment = {
      EMBEDDED_POSTGRES_DIRECTORY: directory.path,
      SHUTDOWN_DRAIN_MS: '0',
      npm_lifecycle_event: 'start',
    };
    const shell = new ServiceProcess(environment, ['sh', '-c', `'${process.execPath}' dist/main.js; exit $?`]);
    started.push(shell);
    await shell.ready();
    const postmaster = (await postmasterOf(directory.path))!;
    shell.signal('SIGTERM');
    await shell.line(/"stopped"/);
    await untilGone(postmaster);
  });
});

describe('Ctrl-C', () => {
  it('waits for nobody to go elsewhere and leaves nothing behind, though npm says it twice', async () => {
    const service = start({ SHUTDOWN_DRAIN_MS: '600000' });
    const url = await service.ready();
    const postmaster = (await postmasterOf(directory.path))!;
    service.signalGroup('SIGINT');
    service.signalGroup('SIGINT');
    expect(await service.ended).toBe(0);
    expect(isAlive(postmaster)).toBe(false);
    const port = Number(new URL(url).port);
    await expect(signForRunningService(port, { subject: 'alice', scopes: [] })).rejects.toThrow('No service');
  });

  it('gives up a start, and undoes what it had begun', async () => {
    const service = start();
    await service.line(/PostgreSQL/);
    service.signalGroup('SIGINT');
    expect(await service.ended).toBe(0);
    const postmaster = await postmasterOf(directory.path);
    expect(postmaster === undefined || !isAlive(postmaster)).toBe(true);
  });

  it('while the service drains exits at once, and leaves no database behind', async () => {
    const service = start({ SHUTDOWN_DRAIN_MS: '600000' });
    await service.ready();
    const postmaster = (await postmasterOf(directory.path))!;
    service.signal('SIGTERM');
    await service.line(/stopping/);
    const again = setInterval(() => service.signal('SIGINT'), 100);
    const ending = await service.ended;
    clearInterval(again);
    expect(ending).toBe(130);
    await untilGone(postmaster);
  });
});

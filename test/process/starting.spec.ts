import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { ServiceProcess } from '../support/service-process';

let database: ScratchDatabase;
const started: ServiceProcess[] = [];
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterEach(async () => {
  for (const service of started.splice(0)) {
    service.signal('SIGKILL');
    await service.ended;
  }
});
afterAll(() => database.drop());

function start(environment: Readonly<Record<string, string>> = {}): ServiceProcess {
  const service = new ServiceProcess({ DATABASE_URL: database.url, ...environment });
  started.push(service);
  return service;
}

describe('a start that cannot succeed', () => {
  it('lists everything that is wrong with the configuration, and exits with 1', async () => {
    const service = start({ NODE_ENV: 'production', PORT: 'http', LOG_LEVEL: 'loud', DATABASE_URL: '' });
    expect(await service.ended).toBe(1);
    expect(service.lines).toEqual([
      'The configuration is not valid:',
      expect.stringMatching(/^ {2}PORT /),
      expect.stringMatching(/^ {2}DATABASE_URL is missing/),
      expect.stringMatching(/^ {2}LOG_LEVEL /),
      expect.stringMatching(/^ {2}AUTH_JWKS_URL is missing/),
    ]);
  });

  it('says in one line that it needs a DATABASE_URL, and where to get one, and exits with 1', async () => {
    const service = start({ DATABASE_URL: '' });
    expect(await service.ended).toBe(1);
    expect(service.lines).toEqual([
      'The configuration is not valid:',
      expect.stringMatching(/^ {2}DATABASE_URL is missing: .*npm start.*\.$/),
    ]);
  });

  it('names a variable that was meant, if it is set under nearly its name', async () => {
    const service = start({ DATABASE_URL: '', DATABASE_URI: database.url, DATABASE_HOST: 'db.example' });
    expect(await service.ended).toBe(1);
    expect(service.lines).toEqual([
      'The configuration is not valid:',
      expect.stringMatching(/^ {2}DATABASE_URL is missing/),
      '  DATABASE_URI is not a variable of the service, and is not used: DATABASE_URL is.',
    ]);
  });

  it('does not take a file that cannot be written for a failure of the database', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'service-'));
    await writeFile(join(folder, '.data'), 'not a folder');
    const service = new ServiceProcess({ DATABASE_URL: database.url }, [
      ...['sh', '-c', 'cd "$0" && exec "$1" "$2"'],
      ...[folder, process.execPath, resolve('dist/main.js')],
    ]);
    started.push(service);
    expect(await service.ended).toBe(1);
    expect(service.messages('fatal')).toEqual(['The service failed to start.']);
    expect(service.lines.join()).toContain('ENOTDIR');
    await rm(folder, { recursive: true });
  });

  it('says in one line that the database is unreachable after all attempts, and exits with 1', async () => {
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

  it('says in one line that its port is taken, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const service = start({ PORT: String(port) });
    expect(await service.ended).toBe(1);
    expect(service.messages('fatal')).toEqual([expect.stringContaining(`address already in use 127.0.0.1:${port}`)]);
    await new Promise((resolve) => other.close(resolve));
  });

  it('says in one line that the name of HOST has no address, and exits with 1', async () => {
    const service = start({ HOST: 'no-such-host.invalid' });
    expect(await service.ended).toBe(1);
    expect(service.messages('fatal')).toEqual([expect.stringMatching(/^getaddrinfo \w+ no-such-host\.invalid$/)]);
    expect(service.lines.join()).not.toContain('stack');
  });

  it('says in one line that the database has too few connections for its pool, and exits with 1', async () => {
    const few = await createScratchDatabase();
    const admin = new Client({ connectionString: few.adminUrl });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${few.name} CONNECTION LIMIT 2`);
    const service = start({ DATABASE_URL: few.url, DATABASE_MIGRATE: 'false' });
    expect(await service.ended).toBe(1);
    expect(service.messages('fatal')).toEqual([
      `The database cannot be used: too many connections for database "${few.name}".`,
    ]);
    expect(service.lines).toHaveLength(1);
    await admin.end();
    await few.drop();
  });
});

describe('a variable with nearly the name of another one', () => {
  it('is one line at the start, and its value is not in it', async () => {
    const service = start({ RATE_LIMT_STORE: 'redis://:hush@cache.example', REDIS_URL: 'redis://cache.example' });
    await service.ready();
    expect(service.messages('warn')).toContain(
      'RATE_LIMT_STORE is not a variable of the service, and is not used: RATE_LIMIT_STORE is.',
    );
    expect(service.lines.join()).not.toMatch(/hush|REDIS_URL/);
  });
});

describe('a terminal that is closed', () => {
  it('ends the service as SIGTERM does, with all requests in progress', async () => {
    const service = start({ SHUTDOWN_DRAIN_MS: '300' });
    const url = await service.ready();
    service.signal('SIGHUP');
    await service.line(/shutting down/);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    // As systemd does with SendSIGHUP: it changes nothing.
    service.signal('SIGHUP');
    expect(await service.ended).toBe(0);
    expect(service.messages('info').slice(-2)).toEqual(['shutting down', 'stopped']);
  });
});

describe('Ctrl-C', () => {
  it('does not wait for traffic to drain, though it arrives more than once', async () => {
    const service = start({ SHUTDOWN_DRAIN_MS: '600000' });
    const url = await service.ready();
    service.signal('SIGINT');
    service.signal('SIGINT');
    expect(await service.ended).toBe(0);
    const port = Number(new URL(url).port);
    await expect(signForRunningService(port, { subject: 'alice', scopes: [] })).rejects.toThrow('No service');
  });

  it('while the service drains makes it exit immediately', async () => {
    const service = start({ SHUTDOWN_DRAIN_MS: '600000' });
    await service.ready();
    service.signal('SIGTERM');
    await service.line(/shutting down/);
    const again = setInterval(() => service.signal('SIGINT'), 100);
    const ending = await service.ended;
    clearInterval(again);
    expect(ending).toBe(130);
  });
});

import { createServer, type AddressInfo } from 'node:net';
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

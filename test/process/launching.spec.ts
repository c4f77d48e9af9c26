import { execFileSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { isAlive, postmasterOf, ServiceProcess, temporaryDirectory, untilGone } from '../support/service-process';

jest.setTimeout(60_000);

const LAUNCHER = [process.execPath, '--require', 'tsx/cjs', 'tools/start.ts'];

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const started: ServiceProcess[] = [];
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  for (const launcher of started.splice(0)) {
    launcher.signalGroup('SIGKILL');
    await launcher.ended;
  }
  const left = await postmasterOf(directory.path);
  if (left && isAlive(left)) {
    process.kill(left, 'SIGQUIT');
    await untilGone(left);
  }
});
afterAll(() => directory.remove());

/** `npm start` without npm, on a development database of the test. */
function launch(environment: Readonly<Record<string, string>> = {}, command = LAUNCHER): ServiceProcess {
  const launcher = new ServiceProcess({ EMBEDDED_POSTGRES_DIRECTORY: directory.path, ...environment }, command);
  started.push(launcher);
  return launcher;
}

const serviceOf = (launcher: ServiceProcess): number =>
  Number(execFileSync('pgrep', ['-P', String(launcher.pid), '-f', 'main.js'], { encoding: 'utf8' }));

describe('npm start', () => {
  it('prints its help, and refuses what it does not know, without starting anything', async () => {
    const help = launch({}, [...LAUNCHER, '--help']);
    expect(await help.ended).toBe(0);
    expect(help.lines).toContainEqual(expect.stringMatching(/^Usage: start/));
    const refused = launch({}, [...LAUNCHER, '--port']);
    expect(await refused.ended).toBe(2);
    expect(refused.lines).toContain("unknown option '--port'");
    expect(await postmasterOf(directory.path)).toBeUndefined();
  });

  it('brings a database, migrates and seeds it, and prints where everything is', async () => {
    // The shell has set PGSSLMODE for another database.
    const launcher = launch({ NODE_ENV: 'development', SEED_DATA: 'true', PGSSLMODE: 'require' });
    const url = await launcher.ready();
    expect(launcher.lines).toContainEqual(expect.stringMatching(/^PostgreSQL 18\S* listens on 127\.0\.0\.1:\d+/));
    for (const name of ['docs', 'health', 'metrics', 'queries']) {
      const [, address] = await launcher.line(new RegExp(`"${name} +(http:\\S+?)"`));
      expect((await fetch(address!)).status).toBe(200);
    }
    const token = await signForRunningService(Number(new URL(url).port), { subject: 'alice', scopes: [] });
    expect(token.split('.')).toHaveLength(3);
    launcher.signalGroup('SIGINT');
    expect(await launcher.ended).toBe(0);
  });

  it('finds its data again, and replaces a database server that was left running', async () => {
    const first = launch({ SEED_DATA: 'true' });
    await first.ready();
    const left = (await postmasterOf(directory.path))!;
    const service = serviceOf(first);
    first.signal('SIGSTOP');
    process.kill(service, 'SIGKILL');
    first.signal('SIGKILL');
    await first.ended;
    expect(isAlive(left)).toBe(true);

    const second = launch({ SEED_DATA: 'true' });
    await second.ready();
    expect(second.messages('info')).not.toContain('migrated');
    expect(isAlive(left)).toBe(false);
  });

  it('starts no database when DATABASE_URL is set, or in production', async () => {
    const refused = { DATABASE_URL: 'postgres://localhost:1/nowhere', DATABASE_CONNECT_ATTEMPTS: '1' };
    const production = { NODE_ENV: 'production', AUTH_ISSUER: 'x', AUTH_JWKS_URL: 'https://issuer.example' };
    for (const environment of [refused, production]) {
      const launcher = launch(environment);
      expect(await launcher.ended).toBe(1);
      expect(launcher.lines.join('\n')).not.toMatch(/PostgreSQL \d/);
      expect(launcher.lines.join('\n')).toMatch(/ECONNREFUSED|DATABASE_URL is missing/);
    }
  });
});

describe('Ctrl-C', () => {
  it('does not wait for traffic to drain and leaves nothing behind, though it arrives more than once', async () => {
    const launcher = launch({ SHUTDOWN_DRAIN_MS: '30000' });
    await launcher.ready();
    const postmaster = (await postmasterOf(directory.path))!;
    launcher.signalGroup('SIGINT');
    launcher.signalGroup('SIGINT');
    expect(await launcher.ended).toBe(0);
    expect(launcher.messages('info')).toContain('stopped');
    expect(isAlive(postmaster)).toBe(false);
  });

  it('aborts a start', async () => {
    const launcher = launch();
    await launcher.line(/^PostgreSQL/);
    launcher.signalGroup('SIGINT');
    expect(await launcher.ended).toBe(0);
    const postmaster = await postmasterOf(directory.path);
    expect(postmaster === undefined || !isAlive(postmaster)).toBe(true);
  });

  it('while the service drains ends it immediately, and leaves no database behind', async () => {
    const launcher = launch({ SHUTDOWN_DRAIN_MS: '30000' });
    await launcher.ready();
    const postmaster = (await postmasterOf(directory.path))!;
    launcher.signal('SIGTERM');
    await launcher.line(/shutting down/);
    await delay(600);
    launcher.signalGroup('SIGINT');
    expect(await launcher.ended).toBe(130);
    expect(isAlive(postmaster)).toBe(false);
  });
});

describe('no service and no database remain', () => {
  it('when npm receives a SIGTERM, which only its shell gets', async () => {
    const environment = { SHUTDOWN_DRAIN_MS: '0', npm_lifecycle_event: 'start' };
    const command = LAUNCHER.map((word) => `'${word}'`).join(' ');
    const shell = launch(environment, ['sh', '-c', `${command}; exit $?`]);
    await shell.ready();
    const postmaster = (await postmasterOf(directory.path))!;
    shell.signal('SIGTERM');
    await shell.line(/"stopped"/);
    await untilGone(postmaster);
  });

  it('when the launcher is killed', async () => {
    const launcher = launch({ SHUTDOWN_DRAIN_MS: '0' });
    await launcher.ready();
    const left = [serviceOf(launcher), (await postmasterOf(directory.path))!];
    launcher.signal('SIGKILL');
    await Promise.all(left.map(untilGone));
    expect(launcher.messages('info')).toContain('stopped');
  });

  it('when the service is killed or fails to start, whose exit code is that of the launcher', async () => {
    const killed = launch();
    await killed.ready();
    const postmaster = (await postmasterOf(directory.path))!;
    process.kill(serviceOf(killed), 'SIGKILL');
    expect(await killed.ended).toBe(128 + 9);
    expect(isAlive(postmaster)).toBe(false);

    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const failed = launch({ PORT: String((other.address() as AddressInfo).port) });
    expect(await failed.ended).toBe(1);
    expect(failed.messages('fatal')).toEqual([expect.stringContaining('address already in use')]);
    expect(await postmasterOf(directory.path)).toBeUndefined();
    await new Promise((resolve) => other.close(resolve));
  });
});

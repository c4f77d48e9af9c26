import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from '../../development-database';
import { layoutOf } from '../../development-database/layout';
import { locate } from '../../development-database/location';
import { startTimeOf } from '../../development-database/processes';
import { cleanUp, ownerProcess, projectRoot, query, scratchFolder, serverPid, start, until } from './support';

jest.setTimeout(60_000);

interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a directory of the embedded PostgreSQL has one owner', () => {
  const directory = join(scratchFolder(), 'postgres');
  const layout = layoutOf(directory);

  const tool = (name: string, ...args: string[]): Promise<ToolResult> =>
    promisify(execFile)(process.execPath, ['--require', 'tsx/cjs', join('tools', `${name}.ts`), ...args], {
      cwd: projectRoot,
      env: { ...process.env, EMBEDDED_POSTGRES_DIRECTORY: directory },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: ToolResult) => ({ code, stdout, stderr }),
    );

  afterAll(() => cleanUp([directory]));

  it('refuses a second start while the owner lives, shares its URL, and replaces the server once the owner was killed', async () => {
    const owner = ownerProcess(directory);
    const { url } = await owner.message<{ url: string }>();
    await query(url, `CREATE TABLE kept AS SELECT 'data' AS what`);
    const leftServer = serverPid(directory);

    const refusal = start(directory);
    await expect(refusal).rejects.toThrow(EmbeddedPostgresError);
    await expect(refusal).rejects.toThrow(
      new RegExp(`^[^\n]*belongs to process ${owner.process.pid} \\([^\n]*owner\\.process\\.ts\\)[^\n]*db:url[^\n]*$`),
    );
    const [printed, printedForAdmin, elsewhere, reset] = await Promise.all([
      tool('db-url'),
      tool('db-url', '--admin'),
      tool('db-url', '--directory', `${directory}-elsewhere`),
      tool('db-reset'),
    ]);
    expect(printed).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' });
    expect(await query(printedForAdmin.stdout.trim(), 'SELECT current_user AS role')).toEqual([{ role: 'postgres' }]);
    expect(elsewhere).toMatchObject({ code: 1, stdout: '' });
    // Also while an exporter runs.
    const [first, again] = [await tool('db-url', '--exporter'), await tool('db-url', '--exporter')];
    expect(again).toEqual({ code: 0, stdout: first.stdout, stderr: '' });
    expect(first.stdout).toMatch(/\?sslmode=disable\n$/);
    const reads = `SELECT current_user AS role, pg_has_role('pg_monitor', 'MEMBER') AS monitors,
        (SELECT count(*)::int FROM monitoring.checkpoints()) AS checkpoints`;
    expect(await query(first.stdout.trim(), reads)).toEqual([
      { role: 'postgres_exporter', monitors: true, checkpoints: 1 },
    ]);
    expect(reset).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${owner.process.pid}`) as string });

    owner.process.kill('SIGKILL');
    await owner.ended;
    expect(await query(url, 'SELECT what FROM kept')).toEqual([{ what: 'data' }]);
    const server = await start(directory);
    expect(startTimeOf(leftServer)).toBeUndefined();
    expect(await query(server.url, 'SELECT what FROM kept')).toEqual([{ what: 'data' }]);
    await server.stop();
  });

  it('refuses a second start in the same process', async () => {
    const server = await start(directory);
    await expect(start(directory)).rejects.toThrow(`belongs to process ${process.pid} `);
    await server.stop();
  });

  it('lets one of many simultaneous starts win', async () => {
    const outcomes = await Promise.allSettled([start(directory), start(directory), start(directory)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.stop();
  });

  it('does not take a later process with the same id for the owner', async () => {
    const server = await start(directory);
    const owner = JSON.parse(readFileSync(layout.owner, 'utf8')) as object;
    await server.stop();
    writeFileSync(layout.owner, JSON.stringify({ ...owner, startTime: 'some other time' }));
    await (await start(directory)).stop();
  });

  it('does not take another program with the id of the left server for that server, and leaves it alone', async () => {
    // Of the server's own user: PostgreSQL takes a process that it may not signal for no server anyway.
    const bystander = spawn('sleep', ['600'], locate(directory).serverUser);
    const owner = ownerProcess(directory);
    await owner.message();
    const leftServer = serverPid(directory);
    owner.process.kill('SIGKILL');
    await owner.ended;
    process.kill(leftServer, 'SIGKILL');
    await until(() => startTimeOf(leftServer) === undefined);
    const pidFile = join(layout.data, 'postmaster.pid');
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(String(leftServer), String(bystander.pid)));

    const server = await start(directory);
    expect(await query(server.url, 'SELECT what FROM kept')).toEqual([{ what: 'data' }]);
    await server.stop();
    expect(startTimeOf(bystander.pid ?? 0)).toBeDefined();
    bystander.kill();
  });

  it('leaves the server to the owner on Ctrl-C, so that the owner can still use it and then stop it', async () => {
    const owner = ownerProcess(directory);
    await owner.message();
    const pid = serverPid(directory);
    const reply = owner.message();
    // A terminal sends it to the whole process group.
    process.kill(-owner.process.pid, 'SIGINT');
    expect(await reply).toEqual({ value: 42 });
    await owner.ended;
    expect(startTimeOf(pid)).toBeUndefined();
  });

  it('ends the server of an owner that exits without having stopped it', async () => {
    const owner = ownerProcess(directory);
    await owner.message();
    const pid = serverPid(directory);
    owner.process.send('exit without stopping');
    await owner.ended;
    await until(() => startTimeOf(pid) === undefined);
  });

  it('empties the data on db:reset, ends a server without an owner first, and has no URL to print then', async () => {
    const owner = ownerProcess(directory);
    await owner.message();
    const pid = serverPid(directory);
    owner.process.kill('SIGKILL');
    await owner.ended;

    expect(await tool('db-reset')).toMatchObject({ code: 0, stdout: `Emptied ${directory}\n` });
    expect(startTimeOf(pid)).toBeUndefined();
    expect(await tool('db-url')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'No embedded PostgreSQL is running: start the service first.\n',
    });
    const server = await start(directory);
    expect(await query(server.url, `SELECT to_regclass('kept') AS kept`)).toEqual([{ kept: null }]);
  });
});

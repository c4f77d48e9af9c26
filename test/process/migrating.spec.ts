import { cp, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { FaultyNetwork } from '../support/faulty-network';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { ServiceProcess } from '../support/service-process';

let database: ScratchDatabase;
const started: ServiceProcess[] = [];
beforeEach(async () => {
  database = await createScratchDatabase('template0');
});
afterEach(async () => {
  for (const service of started.splice(0)) {
    service.signal('SIGKILL');
    await service.ended;
  }
  await database.drop();
});

function start(script = 'dist/main.js', environment: Readonly<Record<string, string>> = {}, ...words: string[]) {
  const command = [process.execPath, script, ...words];
  const service = new ServiceProcess({ DATABASE_URL: database.url, ...environment }, command);
  started.push(service);
  return service;
}

/** Runs `dist/migrate.js`. @returns its exit code and what it printed */
async function migrate(command: string, script = 'dist/migrate.js') {
  const run = start(script, {}, command);
  return { code: await run.ended, lines: run.lines };
}

async function asAdmin(sql: string): Promise<void> {
  const admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(sql);
  await admin.end();
}

async function schema(): Promise<unknown[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`,
  );
  await client.end();
  return rows;
}

/** A page of the API that only needs a token, from the API document. */
async function ask(url: string): Promise<number> {
  const token = await signForRunningService(Number(new URL(url).port), { subject: 'alice', scopes: [] });
  const { paths } = (await (await fetch(`${url}/docs/json`)).json()) as { paths: Record<string, object> };
  const path = Object.keys(paths).find((one) => !one.includes('{') && 'get' in paths[one]!) ?? '/health/ready';
  return (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).status;
}

describe('two replicas that start concurrently on an empty database', () => {
  it('migrate it once, and both serve', async () => {
    const replicas = [start(), start()];
    const urls = await Promise.all(replicas.map((replica) => replica.ready()));
    expect(replicas.flatMap((replica) => replica.messages('info')).filter((line) => line === 'migrated')).toHaveLength(
      1,
    );
    expect(await Promise.all(urls.map(ask))).toEqual([200, 200]);
  });
});

describe('the migrations of the build', () => {
  it('run, are listed and are taken back by a command', async () => {
    const before = await migrate('status');
    expect(before).toEqual({ code: 0, lines: before.lines.map(() => expect.stringMatching(/^missing +\w+\d{13}$/)) });
    const { lines } = await migrate('run');
    expect(lines).toEqual(before.lines.map((line) => line.replace('missing', 'ran    ')));
    expect(await migrate('run')).toEqual({ code: 0, lines: ['Nothing to run: the database is up to date.'] });
    expect((await migrate('revert')).lines).toEqual([lines.at(-1)!.replace('ran     ', 'reverted')]);
    expect((await migrate('status')).lines).toEqual([
      ...before.lines.slice(0, -1).map((line) => line.replace('missing', 'done   ')),
      before.lines.at(-1),
    ]);
  });

  it('are not run by a start with DATABASE_MIGRATE=false, which requires that they have run', async () => {
    const tooEarly = start('dist/main.js', { DATABASE_MIGRATE: 'false' });
    expect(await tooEarly.ended).toBe(1);
    expect(tooEarly.messages('fatal')).toEqual([
      expect.stringMatching(/^The database lacks \w+\d{13}.*: run node dist/),
    ]);
    expect(await schema()).toEqual([]);
    await migrate('run');
    await start('dist/main.js', { DATABASE_MIGRATE: 'false' }).ready();
  });

  it('are asked for by one word', async () => {
    const run = await migrate('rerun');
    expect(run.code).toBe(2);
    expect(run.lines[0]).toBe('Usage: node dist/migrate.js run | revert | status');
  });
});

describe('a role that may not create tables', () => {
  const role = `limited_${randomUUID().slice(0, 8)}`;
  let url: string;
  beforeEach(async () => {
    await asAdmin(`CREATE ROLE ${role} LOGIN PASSWORD 'limited'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    url = Object.assign(new URL(database.url), { username: role, password: 'limited' }).href;
  });
  afterEach(() => asAdmin(`DROP OWNED BY ${role}; DROP ROLE ${role}`));

  it('is an error of one line, of the service and of the command for migrations, and both end', async () => {
    const why = expect.stringMatching(
      /^Cannot prepare the table of the migrations: permission denied for schema public\./,
    );
    const service = start('dist/main.js', { DATABASE_URL: url });
    expect(await service.ended).toBe(1);
    expect(service.messages('fatal')).toEqual([why]);
    expect(service.lines).toHaveLength(1);
    for (const command of ['run', 'revert']) {
      const run = start('dist/migrate.js', { DATABASE_URL: url }, command);
      expect(await run.ended).toBe(command === 'run' ? 1 : 0);
      expect(run.lines).toEqual([command === 'run' ? why : 'Nothing to revert: no migration has run.']);
    }
  });
});

describe('a start on a database that falls silent while it is migrated', () => {
  it('is ended by SIGTERM', async () => {
    const network = await FaultyNetwork.before(database.url);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7304226119)');
    const service = start('dist/main.js', { DATABASE_URL: network.url });
    await service.line(/is migrating the database: waiting until it ends/);
    network.goSilent();
    service.signal('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.messages('info').slice(1)).toEqual(['shutting down', 'stopped']);
    await holder.end();
    await network.close();
  });
});

describe('the command for migrations', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('ends with its session on %s, also where a signal has no default action', async (signal, code) => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7304226119)');
    const run = start('dist/migrate.js', {}, 'run');
    await run.line(/is migrating the database: waiting until it ends/);
    run.signal(signal);
    expect(await run.ended).toBe(code);
    expect(run.lines.slice(1)).toEqual([expect.stringMatching(new RegExp(`^Stopped by ${signal}\\.`))]);
    await holder.end();
  });
});

describe('a version whose migration fails', () => {
  let next: string;
  beforeEach(async () => {
    next = await mkdtemp(join(tmpdir(), 'next-version-'));
    await cp('dist', join(next, 'dist'), { recursive: true });
    await symlink(resolve('node_modules'), join(next, 'node_modules'));
    const index = join(next, 'dist/infrastructure/database/migrations/index.js');
    await rename(index, index.replace('index', 'before'));
    await writeFile(
      index,
      `exports.migrations = [...require('./before').migrations, class AddNotes9000000000000 {
         name = 'AddNotes9000000000000';
         async up(runner) {
           await runner.query('CREATE TABLE notes (id integer)');
           await runner.query('INSERT INTO nowhere VALUES (1)');
         }
       }];`,
    );
  });
  afterEach(() => rm(next, { recursive: true }));

  it('does not start, says why in one line, and leaves the version before it serving on an unchanged schema', async () => {
    const url = await start().ready();
    const before = await schema();
    const why =
      'Cannot run the migration AddNotes9000000000000: relation "nowhere" does not exist. ' +
      'Its transaction was rolled back.';

    expect(await migrate('run', join(next, 'dist/migrate.js'))).toEqual({ code: 1, lines: [why] });
    const replica = start(join(next, 'dist/main.js'));
    expect(await replica.ended).toBe(1);
    expect(replica.messages('fatal')).toEqual([why]);
    expect(replica.lines).toHaveLength(1);

    expect(await schema()).toEqual(before);
    expect(await ask(url)).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });
});

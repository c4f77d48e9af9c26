import { Controller, Get, Module, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import { ResultAsync } from 'neverthrow';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { StaleReads } from '../../../src/infrastructure/database/replica/stale-reads';
import { select } from '../../../src/infrastructure/database/select';
import { ApiProblems } from '../../../src/infrastructure/http/api-problems';
import { UndoList } from '../../../tools/undo-list';
import { FaultyNetwork } from '../../support/faulty-network';
import { Scrape } from '../../support/metrics';
import { startReplicatedPostgres, type ReplicatedPostgres } from '../../support/replicated-postgres';
import { RunningService, type RequestOptions } from '../../support/running-service';

interface Reading {
  readonly notes: number;
  readonly standby: boolean;
}

const readingSchema = z.strictObject({ notes: z.number(), standby: z.boolean() }).meta({ id: 'Reading' });
const SQL = 'SELECT count(*)::int AS notes, pg_is_in_recovery() AS standby FROM notes';

@ApiBearerAuth()
@Controller('api/v1/notes')
class NotesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly staleReads: StaleReads,
  ) {}

  @Get()
  @ApiOkResponse({ standardSchema: readingSchema })
  @ApiProblems({}, [])
  read() {
    return select<Reading, Reading>(this.staleReads, SQL, [], ([row]) => row!);
  }

  @Post()
  @ApiCreatedResponse({ standardSchema: readingSchema })
  @ApiProblems({}, [], [413, 415])
  write() {
    const written = ResultAsync.fromSafePromise(this.dataSource.query('INSERT INTO notes VALUES (1)'));
    return written.andThen(() => this.read());
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {}

describe('a service with DATABASE_REPLICA_URL', () => {
  const undo = new UndoList();
  let servers: ReplicatedPostgres;
  let network: FaultyNetwork;
  let service: RunningService;
  beforeAll(async () => {
    servers = await startReplicatedPostgres(undo, async (primary) => {
      await primary.rows('CREATE TABLE notes (id int)');
      await primary.rows('GRANT ALL ON notes TO app');
    });
    network = await FaultyNetwork.before(servers.standby.url);
    undo.add(() => network.close());
    service = await RunningService.start(
      {
        DATABASE_URL: servers.primary.url,
        DATABASE_REPLICA_URL: network.url,
        // Long enough that a slow machine is no lag.
        DATABASE_REPLICA_MAX_LAG_MS: '60000',
        // Only the watch ends a statement that waits for a silent replica.
        DATABASE_STATEMENT_TIMEOUT_MS: '0',
        LOG_LEVEL: 'info',
      },
      [NotesModule],
    );
    undo.add(() => service.stop());
    await untilUsed();
  }, 120_000);
  afterAll(() => undo.run());

  const read = async (options?: RequestOptions) => (await service.request<Reading>('/api/v1/notes', options)).body;
  const write = (as = 'alice') => service.request<Reading>('/api/v1/notes', { method: 'POST', as });
  const isUsed = async () => (await Scrape.of(service)).value('database_replica_used');
  const untilUsed = async () => {
    while ((await isUsed()) !== 1);
  };

  it('reads from the replica what may be old, and says in its pool metrics which pool is whose', async () => {
    expect(await read()).toEqual({ notes: 0, standby: true });
    const scrape = await Scrape.of(service);
    expect(scrape.named('db_pool_max_connections')).toEqual([
      'db_pool_max_connections{role="primary"}',
      'db_pool_max_connections{role="replica"}',
    ]);
    expect(scrape.value('db_pool_acquire_seconds_count{role="replica"}')).toBeGreaterThan(0);
  });

  it('reads from the primary in the request that writes, and for its caller until the replica has the write', async () => {
    await servers.standby.rows('SELECT pg_wal_replay_pause()');
    const { body, headers } = await write();
    expect(body).toEqual({ notes: 1, standby: false });
    expect(headers.get('set-cookie')).toBe('recent-write=1; Max-Age=60; Path=/; HttpOnly; SameSite=Lax');
    expect(await read()).toEqual({ notes: 1, standby: false });
    expect(await read({ as: 'bob' })).toEqual({ notes: 0, standby: true });
    await servers.standby.rows('SELECT pg_wal_replay_resume()');
    let reading = await read();
    while (!reading.standby) reading = await read();
    expect(reading).toEqual({ notes: 1, standby: true });
  });

  it('reads from the primary for a client that says it has written, or wants what is current', async () => {
    const asked: readonly Record<string, string>[] = [
      { cookie: 'recent-write=1' },
      { cookie: 'theme=dark; recent-write=1' },
      { 'cache-control': 'no-cache' },
      { 'cache-control': 'max-age=0' },
    ];
    for (const headers of asked) expect(await read({ headers })).toMatchObject({ standby: false });
    const others: typeof asked = [{ cookie: 'no-recent-write=1' }, { 'cache-control': 'max-age=60' }];
    for (const headers of others) expect(await read({ headers })).toMatchObject({ standby: true });
  });

  it('sets no cookie for a request that is refused or that only reads', async () => {
    const refused = await service.request('/api/v1/notes', { method: 'POST', as: null });
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([401, null]);
    expect((await service.request('/api/v1/notes')).headers.get('set-cookie')).toBeNull();
  });

  it('is ready and fails no request while the replica is down, and says so in one line and a metric', async () => {
    await untilUsed();
    const before = service.log.lines.length;
    network.goDown();
    for (let request = 0; request < 10; request += 1) expect((await read()).standby).toBe(false);
    while ((await isUsed()) !== 0);
    expect((await service.request('/health/ready', { as: null })).status).toBe(200);
    network.comeBack();
    await untilUsed();
    while (!(await read({ as: 'bob' })).standby);
    const said = service.log.lines.slice(before).filter(({ msg }) => /the replica|connection lost/.test(msg as string));
    expect(said.slice(0, 2).map(({ level, msg }) => [level, msg] as unknown)).toEqual([
      ['warn', 'the replica is not used: the primary serves all reads'],
      ['info', 'the replica is used again'],
    ]);
    expect(service.log.text).not.toContain(new URL(servers.standby.url).password);
  });

  it('fails no request that waits for the replica when that falls silent', async () => {
    await untilUsed();
    network.goSilent();
    expect((await read({ as: 'bob' })).standby).toBe(false);
    expect(await isUsed()).toBe(0);
    network.comeBack();
    await untilUsed();
  });

  it('closes all its connections to both servers when it stops', async () => {
    await service.stop();
    const sessions = `SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE usename = 'app'`;
    for (const server of [servers.primary, servers.standby]) {
      while ((await server.rows<{ sessions: number }>(sessions))[0]!.sessions > 0);
    }
  });
});

import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { RecentWrites } from '../../../../src/infrastructure/consistency/recent-writes';
import { createDataSource } from '../../../../src/infrastructure/database/data-source';
import { KeptConnection } from '../../../../src/infrastructure/database/kept-connection';
import { replicaPoolOf } from '../../../../src/infrastructure/database/replica/replica-pool';
import { ReplicaWatch } from '../../../../src/infrastructure/database/replica/replica-watch';
import { StaleReads } from '../../../../src/infrastructure/database/replica/stale-reads';
import { runInRequestContext } from '../../../../src/infrastructure/observability/request-context';
import { UndoList } from '../../../../tools/undo-list';
import { aConfiguration } from '../../../support/configuration';
import { urlFor } from '../../../support/database-urls';
import { FaultyNetwork } from '../../../support/faulty-network';
import { startReplicatedPostgres, untilReplayed, type ReplicatedPostgres } from '../../../support/replicated-postgres';

const NOT_USED = 'the replica is not used: the primary serves all reads';
const USED_AGAIN = 'the replica is used again';
/** Long enough that a slow machine is no lag. */
const LONG_MS = 60_000;
/** Of its comparisons. */
const INTERVAL_MS = 500;

const undo = new UndoList();
let servers: ReplicatedPostgres;
let network: FaultyNetwork;
/** Between the watch and the primary. */
let primaryNetwork: FaultyNetwork;
let lines: string[];

beforeAll(async () => {
  servers = await startReplicatedPostgres(undo, (primary) => primary.rows('CREATE TABLE notes AS SELECT 1 AS id'));
  await servers.primary.rows('GRANT ALL ON notes TO app');
  network = await FaultyNetwork.before(servers.standby.url);
  primaryNetwork = await FaultyNetwork.before(servers.primary.url);
  for (const one of [network, primaryNetwork]) undo.add(() => one.close());
}, 120_000);
beforeEach(() => {
  lines = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((fields: { reason: string }, line: string) => {
    lines.push(`${line} (${fields.reason})`);
  });
  jest.spyOn(Logger.prototype, 'log').mockImplementation((line: string) => void lines.push(line));
});
afterEach(async () => {
  for (const one of [network, primaryNetwork]) one.comeBack();
  for (const instance of instances.splice(0)) await instance.stop();
  jest.restoreAllMocks();
});
afterAll(() => undo.run());

const instances: Instance[] = [];

/** What one instance of the service reads with. */
class Instance {
  readonly writes = new RecentWrites();
  isUsed = false;
  /** Failed comparisons. */
  failures = 0;
  /** The times up to which the replica had everything. */
  readonly caughtUp: number[] = [];

  private constructor(
    private readonly dataSource: ReturnType<typeof createDataSource>,
    primaryUrl: string,
    maxLagMs: number,
  ) {
    this.watch = new ReplicaWatch({
      replica: { url: network.url, maxLagMs },
      primaryUrl,
      maxAgeMs: 0,
      onUse: (isUsed) => (this.isUsed = isUsed),
      onFailure: () => {
        this.failures += 1;
        replicaPoolOf(this.dataSource)?.endConnections();
      },
      onCaughtUp: (at) => {
        this.caughtUp.push(at);
        this.writes.forgetBefore(at);
      },
    });
    this.reads = new StaleReads(this.dataSource, this.watch, this.writes);
  }
  readonly watch: ReplicaWatch;
  readonly reads: StaleReads;

  static async start({ maxLagMs = LONG_MS, primaryUrl = primaryNetwork.url } = {}): Promise<Instance> {
    const variables = { DATABASE_REPLICA_URL: network.url, DATABASE_STATEMENT_TIMEOUT_MS: '60000' };
    const { database } = aConfiguration({ DATABASE_URL: servers.primary.url, ...variables });
    const dataSource = await createDataSource(database.url, database).initialize();
    const instance = new Instance(dataSource, primaryUrl, maxLagMs);
    instances.push(instance);
    instance.watch.onModuleInit();
    return instance;
  }

  async until(isUsed: boolean): Promise<void> {
    while (this.isUsed !== isUsed) await delay(5);
  }

  /** The first value of a statement in a request whose reads may be old. */
  read<Value>(sql: string, caller?: string): Promise<Value> {
    const context = { requestId: 'one' };
    this.writes.allowOld(context, () => caller);
    return new Promise((resolve, reject) => {
      runInRequestContext(context, () => {
        const reading = this.reads.query<Record<string, Value>[]>(sql, []);
        reading.then(([row]) => resolve(Object.values(row!)[0]!), reject);
      });
    });
  }

  isOnStandby(caller?: string): Promise<boolean> {
    return this.read<boolean>('SELECT pg_is_in_recovery()', caller);
  }

  write(caller: string): Promise<void> {
    const inserted = this.dataSource.query('INSERT INTO notes VALUES (2)');
    return inserted.then(() => this.writes.note(caller));
  }

  async stop(): Promise<void> {
    await this.watch.onApplicationShutdown();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/** Waits until the servers have been compared this often again. */
async function comparisons(count: number): Promise<void> {
  const questions = jest.spyOn(KeptConnection.prototype, 'ask');
  // The last one of them may not have been evaluated yet.
  while (questions.mock.calls.length < 2 * (count + 1)) await delay(5);
  questions.mockRestore();
}

/** Each outage has one line at its beginning and one at its end. */
function expectOneLinePerOutage(): void {
  const kinds = lines.map((line) => (line === USED_AGAIN ? 'end' : 'beginning'));
  expect(kinds).toEqual(kinds.map((_, index) => (index % 2 === 0 ? 'beginning' : 'end')));
}

const pauseReplay = () => servers.standby.rows('SELECT pg_wal_replay_pause()');
const resumeReplay = () => servers.standby.rows('SELECT pg_wal_replay_resume()');

describe('reads that may be old', () => {
  it('are served by the replica, but only in requests that allow it', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    expect(await instance.isOnStandby('alice')).toBe(true);
    expect(await instance.isOnStandby()).toBe(true);
    expect(await instance.reads.query('SELECT pg_is_in_recovery() AS standby', [])).toEqual([{ standby: false }]);
  });

  it('are served by the primary for a caller who has written, until the replica has it', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    const count = (caller: string) => instance.read<number>('SELECT count(*)::int FROM notes', caller);
    const before = await count('alice');
    await pauseReplay();
    await instance.write('alice');
    expect(await count('alice')).toBe(before + 1);
    expect(await count('bob')).toBe(before);
    await resumeReplay();
    while (!(await instance.isOnStandby('alice'))) await delay(10);
    expect(await count('alice')).toBe(before + 1);
  });

  it('are served by the primary while the replica lags too much, and it says so once', async () => {
    const instance = await Instance.start({ maxLagMs: 1_000 });
    await instance.until(true);
    await pauseReplay();
    await instance.write('alice');
    await instance.until(false);
    expect(await instance.isOnStandby('bob')).toBe(false);
    await resumeReplay();
    await instance.until(true);
    expect(await instance.isOnStandby('bob')).toBe(true);
    expect(lines.slice(0, 2)).toEqual([`${NOT_USED} (it lags)`, USED_AGAIN]);
    expectOneLinePerOutage();
  });

  it('are served by the primary until a replica that has lagged lags by less than half of what it may', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    await pauseReplay();
    await instance.write('alice');
    await comparisons(1);
    const now = performance.now.bind(performance);
    const later = (ms: number) => jest.spyOn(performance, 'now').mockImplementation(() => now() + ms);
    later(LONG_MS);
    await instance.until(false);
    // For the watch, the lag was shorter again.
    later(LONG_MS * 0.75);
    await comparisons(2);
    expect([instance.isUsed, instance.watch.usableAsOf()]).toEqual([false, undefined]);
    later(0);
    await instance.until(true);
    await resumeReplay();
    expectOneLinePerOutage();
  });

  it('are served by the primary while that does not respond to the watch, once the replica may lag too much', async () => {
    const instance = await Instance.start({ maxLagMs: 1_000 });
    await instance.until(true);
    primaryNetwork.goDown();
    await instance.until(false);
    expect(await instance.isOnStandby('bob')).toBe(false);
    primaryNetwork.comeBack();
    await instance.until(true);
    expect(lines.slice(0, 2)).toEqual([`${NOT_USED} (the primary, with which it is compared, fails)`, USED_AGAIN]);
    expectOneLinePerOutage();
  });

  it('have what was committed before the primary was asked, however long its response takes', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    await primaryNetwork.holdResponses();
    const before = instance.caughtUp.length;
    const responded = performance.now();
    primaryNetwork.comeBack();
    while (instance.caughtUp.length === before) await delay(5);
    expect(instance.caughtUp[before]).toBeLessThan(responded);
  });

  it('have half of the time on the replica, and do not take a connection of the primary', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    expect(await instance.read('SHOW statement_timeout', 'alice')).toBe('30s');
    const [row] = await instance.reads.query<{ statement_timeout: string }[]>('SHOW statement_timeout', []);
    expect(row).toEqual({ statement_timeout: '1min' });
  });

  it('are served by the primary as soon as the replica was compared too long ago', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    expect(instance.watch.usableAsOf()).toBeDefined();
    const later = performance.now() + LONG_MS + 1;
    jest.spyOn(performance, 'now').mockReturnValue(later);
    expect(instance.watch.usableAsOf()).toBeUndefined();
  });

  it('of what the replica does not have yet are repeated on the primary', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    await pauseReplay();
    await servers.primary.rows('ALTER TABLE notes ADD COLUMN title text');
    expect(await instance.read('SELECT count(title)::int FROM notes', 'bob')).toBe(0);
    await resumeReplay();
    await untilReplayed(servers);
  });

  it('of a value that no server accepts are not repeated', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    // The session keeps the lock.
    const reading = instance.read(`SELECT (pg_advisory_lock(4711)::text || 'x')::int`, 'bob');
    await expect(reading).rejects.toMatchObject({ code: '22P02' });
    const locks = `SELECT count(*)::int AS locks FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711`;
    const held = [servers.standby, servers.primary].map((server) => server.rows<{ locks: number }>(locks));
    expect(await Promise.all(held)).toEqual([[{ locks: 1 }], [{ locks: 0 }]]);
    expect(instance.failures).toBe(0);
  });

  it('that fail on the replica let the watch ask it immediately', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    const timer = { unref: () => undefined };
    const scheduled = jest.spyOn(globalThis, 'setTimeout').mockImplementation(() => timer as never);
    // Its next comparison has been scheduled, and will not take place.
    while (!scheduled.mock.calls.some(([, ms]) => ms === INTERVAL_MS)) await delay(5);
    network.goDown();
    expect(await instance.isOnStandby('bob')).toBe(false);
    await instance.until(false);
  });

  it('that wait for a replica which has fallen silent are served by the primary, and the next ones do not wait', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    await instance.isOnStandby();
    network.goSilent();
    expect(await Promise.all([instance.isOnStandby(), instance.isOnStandby()])).toEqual([false, false]);
    expect(instance.isUsed).toBe(false);
    for (let request = 0; request < 20; request += 1) expect(await instance.isOnStandby()).toBe(false);
    network.comeBack();
    await instance.until(true);
    expect(await instance.isOnStandby()).toBe(true);
    expect(lines.slice(0, 2)).toEqual([`${NOT_USED} (no response within 1000 ms)`, USED_AGAIN]);
    expectOneLinePerOutage();
  });

  it('are served by the primary while the replica is down, and it says so once', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    await instance.isOnStandby();
    network.goDown();
    for (let request = 0; request < 20; request += 1) expect(await instance.isOnStandby()).toBe(false);
    await instance.until(false);
    network.comeBack();
    await instance.until(true);
    expect(await instance.isOnStandby()).toBe(true);
    expect(lines.slice(0, 2)).toEqual([expect.stringContaining(`${NOT_USED} (`), USED_AGAIN]);
    network.goDown();
    while (lines.at(-1) === USED_AGAIN) await delay(5);
    expectOneLinePerOutage();
  });
});

describe('an instance', () => {
  it('starts without its replica, and uses it when it is there', async () => {
    network.goDown();
    const instance = await Instance.start();
    expect(await instance.isOnStandby()).toBe(false);
    while (lines.length === 0) await delay(5);
    network.comeBack();
    await instance.until(true);
    expect(await instance.isOnStandby()).toBe(true);
  });

  it('says nothing of a replica that it could not compare for long enough yet', async () => {
    await pauseReplay();
    await servers.primary.rows('INSERT INTO notes VALUES (3)');
    const instance = await Instance.start();
    await comparisons(2);
    expect([instance.isUsed, lines]).toEqual([false, []]);
    await resumeReplay();
    await instance.until(true);
    expect(lines).toEqual([]);
  });

  it('stops while its replica is silent', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    await instance.isOnStandby();
    network.goSilent();
    await instance.stop();
  });

  it('does not use a standby of another server', async () => {
    const instance = await Instance.start({ primaryUrl: urlFor('postgres', 'admin') });
    while (instance.failures < 2) await delay(5);
    expect(lines).toEqual([`${NOT_USED} (it is a standby of another server)`]);
    expect(await instance.isOnStandby()).toBe(false);
  });

  // The last test: afterwards the standby is a primary.
  it('does not use a replica that has been promoted', async () => {
    const instance = await Instance.start();
    await instance.until(true);
    await servers.standby.rows('SELECT pg_promote(true, 60)');
    await instance.until(false);
    expect(lines).toEqual([`${NOT_USED} (it is no standby)`]);
    await servers.standby.rows('CREATE TABLE promoted ()');
    expect(await instance.read(`SELECT to_regclass('promoted') IS NULL`)).toBe(true);
  });
});

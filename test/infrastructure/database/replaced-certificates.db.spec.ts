import { renameSync } from 'node:fs';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { ServiceUnavailableError } from '../../../src/application/shared/port-errors';
import { waitForDatabase } from '../../../src/infrastructure/database/connect';
import { createDataSource } from '../../../src/infrastructure/database/data-source';
import { DatabaseProbe } from '../../../src/infrastructure/database/database-probe';
import { toPortError } from '../../../src/infrastructure/database/driver-errors';
import type { GuardedPool } from '../../../src/infrastructure/database/guarded-pool';
import { errorClassOf, installQueryTiming } from '../../../src/query-timing/core';
import { UndoList } from '../../../tools/undo-list';
import { Certificates } from '../../support/certificates';
import { aConfiguration } from '../../support/configuration';
import { FaultyNetwork } from '../../support/faulty-network';
import { TlsPostgres } from '../../support/tls-postgres';

/** The role whose sessions need a client certificate. */
const ROLE = 'certified';
const undo = new UndoList();
const certificates = new Certificates();
undo.add(() => certificates.remove());
let postgres: TlsPostgres;
let network: FaultyNetwork;

beforeAll(async () => {
  for (const authority of ['known', 'unknown']) certificates.authority(authority);
  const server = { by: 'known', commonName: 'localhost' };
  certificates.signed('good', server);
  certificates.signed('renewed', server);
  certificates.signed('expired', { ...server, days: -1 });
  certificates.signed('of-an-unknown-authority', { ...server, by: 'unknown' });
  certificates.signed('for-another-host', { ...server, commonName: 'elsewhere' });
  certificates.signed('client', { by: 'known', commonName: ROLE });
  certificates.signed('expired-client', { by: 'known', commonName: ROLE, days: -1 });
  const rules = [`hostssl all ${ROLE} 127.0.0.1/32 trust clientcert=verify-full`];
  postgres = await TlsPostgres.start(undo, certificates, { first: 'good', authority: 'known', rules });
  await postgres.rows(`CREATE ROLE ${ROLE} LOGIN`);
  network = await FaultyNetwork.before(postgres.url);
  undo.add(() => network.close());
}, 120_000);
afterEach(async () => {
  network.comeBack();
  for (const one of services.splice(0)) await one.stop();
});
afterAll(() => undo.run());

const urlOf = (more: Readonly<Record<string, string>> = {}): string => {
  const url = new URL(network.url);
  url.hostname = 'localhost';
  const parameters = { sslmode: 'verify-full', sslrootcert: certificates.certificate('known'), ...more };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
};

const services: RunningService[] = [];

/** What the service uses the database with. */
class RunningService {
  readonly registry = new Registry();
  private constructor(
    private readonly dataSource: DataSource,
    readonly probe: DatabaseProbe,
  ) {}

  static async start(url: string): Promise<RunningService> {
    const { database } = aConfiguration({ DATABASE_URL: url, DATABASE_POOL_SIZE: '1' });
    const dataSource = createDataSource(url, database);
    const service = new RunningService(dataSource, new DatabaseProbe(url, 0));
    services.push(service);
    installQueryTiming(dataSource, { registry: service.registry, logger: { warn: () => undefined } });
    await dataSource.initialize();
    expect([await service.read(), await service.probe.state()]).toEqual([1, 'writable']);
    return service;
  }

  async read(): Promise<unknown> {
    const [row] = await this.dataSource.query<{ one: number }[]>('SELECT 1 AS one');
    return row?.one;
  }

  /** The error of a read, which has to be that of a server that is away. */
  async failedRead(): Promise<Error> {
    const error = await this.read().then(
      () => expect('the read').toBe('refused'),
      (thrown: Error) => thrown,
    );
    expect([errorClassOf(error), toPortError(error)]).toEqual(['connection', expect.any(ServiceUnavailableError)]);
    return error as Error;
  }

  /** Occupies its only connection until that ends. */
  async hold(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    await runner.connect();
    await runner.query('SELECT pg_sleep(600)').catch(() => undefined);
    await runner.release();
  }

  async untilHeld(): Promise<void> {
    const sleeping = `SELECT FROM pg_stat_activity WHERE usename = '${ROLE}' AND wait_event = 'PgSleep'`;
    while ((await postgres.rows(sleeping)).length === 0);
  }

  /** Ends its sessions, and waits until its pool has noticed. */
  async loseConnections(): Promise<void> {
    await postgres.rows(
      `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usename IN ('app', '${ROLE}')`,
    );
    const { master } = this.dataSource.driver as unknown as { master: GuardedPool };
    while (master.totalCount > 0) await new Promise(setImmediate);
  }

  async refusals(): Promise<string[]> {
    const lines = (await this.registry.metrics()).split('\n');
    return lines.filter((line) => /^db_(?:pool_acquire_failures|query_errors)_total\{?.* [^0]/.test(line));
  }

  async stop(): Promise<void> {
    await this.probe.onApplicationShutdown();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/** The connection that was lost, … */
const LOST = 'db_query_errors_total{query_type="CONNECT",error_class="connection"} 1';
/** … and the one that could not be made. */
const LOST_AND_REFUSED = [
  'db_query_errors_total{query_type="CONNECT",error_class="connection"} 2',
  'db_pool_acquire_failures_total{reason="refused"} 1',
];

describe('while the service runs, a certificate of the server', () => {
  afterEach(() => postgres.serve('good'));

  it('that is renewed is not noticed', async () => {
    const service = await RunningService.start(urlOf());
    await postgres.serve('renewed');
    await service.loseConnections();
    expect([await service.read(), await service.probe.state()]).toEqual([1, 'writable']);
    expect(await service.refusals()).toEqual([LOST]);
  });

  it.each([
    ['expired', 'certificate has expired'],
    ['of-an-unknown-authority', 'unable to verify the first certificate'],
    [
      'for-another-host',
      "Hostname/IP does not match certificate's altnames: Host: localhost. is not cert's CN: elsewhere",
    ],
  ])('that is %s is a failure to connect, with one line, until it is replaced', async (name, reason) => {
    const service = await RunningService.start(urlOf());
    await postgres.serve(name);
    // The connections that are open go on.
    expect(await service.read()).toBe(1);
    await service.loseConnections();
    await service.failedRead();
    expect(await service.refusals()).toEqual(LOST_AND_REFUSED);
    expect([await service.probe.state(), service.probe.reason]).toEqual(['unreachable', reason]);
    await postgres.serve('good');
    expect([await service.read(), await service.probe.state(), service.probe.reason]).toEqual([
      1,
      'writable',
      undefined,
    ]);
  });
});

describe('while the service runs, a certificate of the client', () => {
  const current = certificates.certificate('current');
  const key = certificates.key('current');
  const certified = () => {
    const url = new URL(urlOf({ sslcert: current, sslkey: key }));
    [url.username, url.password] = [ROLE, ''];
    return url.href;
  };
  beforeEach(() => certificates.copy('client', 'current'));

  it('that has expired is a failure to connect, with one line, until it is renewed', async () => {
    const service = await RunningService.start(certified());
    certificates.copy('expired-client', 'current');
    expect(await service.read()).toBe(1);
    await service.loseConnections();
    await service.failedRead();
    expect(await service.refusals()).toEqual(LOST_AND_REFUSED);
    expect([await service.probe.state(), service.probe.reason]).toEqual([
      'unreachable',
      expect.stringMatching(/^the client certificate has expired, by the clock of the server: renew it \(.*\)$/),
    ]);
    certificates.copy('client', 'current');
    expect([await service.read(), await service.probe.state()]).toEqual([1, 'writable']);
  });

  it('whose file is away fails those that wait for a connection, and not the process', async () => {
    const service = await RunningService.start(certified());
    await service.loseConnections();
    renameSync(current, `${current}.away`);
    const failures = await Promise.all([service.failedRead(), service.failedRead(), service.failedRead()]);
    expect(failures.map(({ message }) => message)).toEqual(Array(3).fill(expect.stringMatching(/^ENOENT: .*current/)));
    expect([await service.probe.state(), service.probe.reason]).toEqual(['unreachable', failures[0].message]);
    renameSync(`${current}.away`, current);
    expect([await service.read(), await service.probe.state()]).toEqual([1, 'writable']);
  });

  it('whose file is away fails those that wait for a connection that ends', async () => {
    const service = await RunningService.start(certified());
    const holding = service.hold();
    await service.untilHeld();
    const waiting = [service.failedRead(), service.failedRead()];
    renameSync(current, `${current}.away`);
    await service.loseConnections();
    await holding;
    await Promise.all(waiting);
    renameSync(`${current}.away`, current);
    expect(await service.read()).toBe(1);
  });
});

describe('a connection with TLS that breaks', () => {
  it('while a statement waits for its response is a lost connection', async () => {
    const service = await RunningService.start(urlOf());
    network.damageResponses();
    expect(await service.failedRead()).toMatchObject({
      driverError: { code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' },
    });
    network.comeBack();
    expect(await service.read()).toBe(1);
  });

  it('while the service starts is tried again', async () => {
    const retries: string[] = [];
    network.damageResponses();
    const onRetry = (line: string): void => {
      retries.push(line);
      network.comeBack();
    };
    await waitForDatabase(urlOf(), { attempts: 3, onRetry });
    expect(retries).toEqual([
      expect.stringMatching(/^PostgreSQL at localhost:\d+\/\w+ cannot be reached \([^\n]+\): attempt 1 /),
    ]);
  });
});

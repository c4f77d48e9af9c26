import { Client } from 'pg';
import { DatabaseProbe } from '../../../src/infrastructure/database/database-probe';
import { FaultyNetwork } from '../../support/faulty-network';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
let network: FaultyNetwork;
let admin: Client;
const probes: DatabaseProbe[] = [];
beforeAll(async () => {
  database = await createScratchDatabase();
  network = await FaultyNetwork.before(database.url);
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterEach(async () => {
  network.comeBack();
  for (const probe of probes.splice(0)) await probe.onApplicationShutdown();
});
afterAll(async () => {
  await admin.end();
  await network.close();
  await database.drop();
});

function aProbe(maxAgeMs = 0): DatabaseProbe {
  const probe = new DatabaseProbe(network.url, maxAgeMs);
  probes.push(probe);
  return probe;
}

/** The process ids of the probe's sessions. */
async function sessions(): Promise<number[]> {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%-readiness'`,
  );
  return rows.map(({ pid }) => pid);
}

describe('the probe of the database', () => {
  it('keeps one connection, however often and concurrently it is asked', async () => {
    const probe = aProbe();
    expect(await Promise.all([probe.state(), probe.state(), probe.state()])).toEqual(Array(3).fill('writable'));
    const before = await sessions();
    expect(before).toHaveLength(1);
    expect(await probe.state()).toBe('writable');
    expect(await sessions()).toEqual(before);
  });

  it('replaces a connection that the server has ended', async () => {
    const probe = aProbe();
    await probe.state();
    const [before] = await sessions();
    await admin.query('SELECT pg_terminate_backend($1, 5000)', [before]);
    expect(await probe.state()).toBe('writable');
    expect(await sessions()).not.toContain(before);
  });

  it('replaces a connection that is too old', async () => {
    const probe = aProbe(1);
    await probe.state();
    const [before] = await sessions();
    const asked = performance.now();
    while (performance.now() < asked + 2);
    expect(await probe.state()).toBe('writable');
    expect(await sessions()).not.toContain(before);
  });

  it('reports a server that may only be read, and asks on a new connection whether it still is one', async () => {
    const probe = aProbe();
    const set = (value: string) =>
      admin.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = ${value}`);
    await set('on');
    expect(await probe.state()).toBe('read-only');
    expect(await probe.state()).toBe('read-only');
    await set('off');
    expect(await probe.state()).toBe('writable');
  });

  it.each([false, true])(
    'reports a server that does not respond, and recovers (with a kept connection: %s)',
    async (isKept) => {
      const probe = aProbe();
      if (isKept) await probe.state();
      network.goSilent();
      expect(await probe.state()).toBe('unreachable');
      network.comeBack();
      expect(await probe.state()).toBe('writable');
    },
  );

  it('reports a server that refuses connections, and recovers', async () => {
    const probe = aProbe();
    await probe.state();
    network.goDown();
    expect(await probe.state()).toBe('unreachable');
    network.comeBack();
    expect(await probe.state()).toBe('writable');
  });

  it('closes its connection with the application', async () => {
    const probe = aProbe();
    await probe.state();
    await probe.onApplicationShutdown();
    while ((await sessions()).length > 0);
  });
});

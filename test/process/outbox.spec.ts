import { Client } from 'pg';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratch-database';
import { ServiceProcess } from '../support/service-process';

const EVENTS = 3;

describe('a service that is killed after it has sent an event, before it has stored that', () => {
  let database: ScratchDatabase;
  let client: Client;
  const started: ServiceProcess[] = [];
  beforeAll(async () => {
    database = await createScratchDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    for (const service of started) service.signal('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await client.end();
    await database.drop();
  });

  function start(...options: string[]): ServiceProcess {
    const settings = {
      SHUTDOWN_DRAIN_MS: '0',
      OUTBOX_CONCURRENCY: '1',
      OUTBOX_SEND_TIMEOUT_MS: '500',
      OUTBOX_LEASE_MS: '1000',
    };
    const service = new ServiceProcess({ DATABASE_URL: database.url, ...settings }, [
      process.execPath,
      ...options,
      'dist/main.js',
    ]);
    started.push(service);
    return service;
  }
  const sentBy = ({ lines }: ServiceProcess) =>
    lines.flatMap((line) => /account-opened .*\(event ([\w-]+)\)/.exec(line)?.[1] ?? []);

  it('loses none: another instance sends it again, and all others', async () => {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO outbox_events (type, aggregate_type, aggregate_id, occurred_at, data)
       SELECT 'account-opened', 'account', number, now(), '{}' FROM generate_series(1, $1) AS number RETURNING id`,
      [EVENTS],
    );
    const killed = start('--require', './test/process/fixtures/ends-after-sending.cjs');
    expect(await killed.ended).toBe('SIGKILL');
    expect(sentBy(killed)).toHaveLength(1);

    const other = start();
    for (const { id } of rows) await other.line(new RegExp(`\\(event ${id}\\)`));
    other.signal('SIGTERM');
    expect(await other.ended).toBe(0);
    expect(sentBy(other).sort()).toEqual(rows.map(({ id }) => id).sort());
    expect((await client.query('SELECT FROM outbox_events')).rowCount).toBe(0);
  });
});

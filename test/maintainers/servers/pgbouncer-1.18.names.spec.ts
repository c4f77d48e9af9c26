import type { Client } from 'pg';
import { abortableClient } from '../../../src/infrastructure/database/abortable-client';
import { Preparation } from '../../../src/infrastructure/database/prepared/preparation';
import { preparingClient } from '../../../src/infrastructure/database/prepared/preparing-client';
import { startPgBouncer, type TestPgBouncer } from '../../query-timing/support/pgbouncer';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

const SERVER_CONNECTIONS = 2;

/** PgBouncer 1.18 does not know prepared statements: it sends a name to any connection of the server. */
describe('two instances of a service behind PgBouncer 1.18', () => {
  let database: ScratchDatabase;
  let bouncer: TestPgBouncer;
  const clients: Client[] = [];
  beforeAll(async () => {
    database = await createScratchDatabase();
    const settings = { default_pool_size: SERVER_CONNECTIONS };
    bouncer = await startPgBouncer(database.url, { suite: 'bookworm', settings });
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    await bouncer?.stop();
    await database?.drop();
  });

  /** A connection of an instance that knows nothing of the others. */
  const anInstance = async () => {
    const preparation = new Preparation({ max: 10, onOff: () => undefined });
    const client = new (preparingClient(abortableClient(new AbortController().signal), preparation))({
      connectionString: bouncer.url,
    });
    await client.connect();
    clients.push(client);
    return client;
  };
  const backendOf = async (client: Client): Promise<number> =>
    (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
  /** Runs the work while a transaction takes the server connection away, so that it runs on the other one. */
  const without = async (backend: number, work: () => Promise<unknown>) => {
    const holders = await Promise.all(Array.from({ length: SERVER_CONNECTIONS }, anInstance));
    for (const holder of holders) await holder.query('BEGIN');
    for (const holder of holders) if ((await backendOf(holder)) !== backend) await holder.query('COMMIT');
    await work();
    for (const holder of holders) await holder.query('COMMIT');
  };

  it('never get the result of a statement that the other one has prepared', async () => {
    const [one, another] = [await anInstance(), await anInstance()];
    const ask = async (client: Client, text: string) =>
      (await client.query<{ origin: string }>(text, [1])).rows[0]!.origin;
    const ONE = "SELECT 'one' AS origin WHERE $1 > 0";
    const ANOTHER = "SELECT 'another' AS origin WHERE $1 > 0";
    const repeat = async (client: Client, text: string) => {
      for (let i = 0; i < 4; i++) await ask(client, text);
    };
    await one.query('BEGIN');
    const first = await backendOf(one);
    await one.query('COMMIT');
    let second = 0;
    await without(first, async () => {
      second = await backendOf(one);
      await repeat(another, ANOTHER);
    });
    await without(second, () => repeat(one, ONE));
    await without(first, async () => expect(await ask(one, ONE)).toBe('one'));
  });
});

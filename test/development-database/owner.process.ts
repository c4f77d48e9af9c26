/** A separate process that owns a server, reports its URL, and ends as the test orders. */
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../development-database';

async function own(directory: string): Promise<void> {
  const server = await startEmbeddedPostgres({ directory, settings: { fsync: 'off' } });

  process.once('SIGINT', () => {
    void (async () => {
      // What an application still has to do after Ctrl-C.
      const client = new Client(server.url);
      await client.connect();
      const { rows } = await client.query('SELECT 42 AS value');
      await client.end();
      await server.stop();
      process.send?.(rows[0], () => process.exit());
    })();
  });
  process.once('message', (order) => {
    if (order === 'exit without stopping') process.exit(1);
  });
  process.send?.({ url: server.url });
}

process.once('disconnect', () => process.exit());
void own(process.argv[2] ?? '');

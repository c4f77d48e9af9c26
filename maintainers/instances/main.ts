import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { migrate } from '../../src/infrastructure/database/migrate';
import { startPgBouncer } from '../../test/query-timing/support/pgbouncer';
import { PackagesUnavailableError } from '../../test/support/debian/debian-packages';
import { run, wholeNumber } from '../../tools/command-line';
import { buildWhenStale, projectRoot } from '../../tools/service-process/build';
import { startTemporaryPostgres } from '../../tools/service-process/temporary-postgres';
import { session, type Session } from '../../tools/session';
import { UndoList } from '../../tools/undo-list';
import { DatabaseCpu } from '../bench/http/database-cpu';
import { createFixture } from '../bench/http/fixture';
import { startIssuer, startService, stopServer, type Server } from '../bench/http/servers';
import { measure, type Measured } from './measure';
import { tableOf } from './report';

interface Options {
  readonly instances: readonly number[];
  readonly clients: number;
  readonly seconds: number;
  readonly json: string;
}

const RESULT = '.cache/instances/result.json';
const WARM_UP_SECONDS = 3;
const MAX_INSTANCES = 16;
const LIMITS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
/** As the guide says; as many server connections as one instance has in its pool. */
const PGBOUNCER = {
  ignore_startup_parameters: LIMITS.join(','),
  query_wait_timeout: 3,
  server_login_retry: 1,
  default_pool_size: 10,
};

async function compareInstances({ instances, clients, seconds, json }: Options, given: Session): Promise<void> {
  const { undo, progress, signal } = given;
  await buildWhenStale((line) => progress.say(line));
  const { url, adminUrl } = await startTemporaryPostgres(undo, { max_connections: '300', autovacuum: 'off' }, signal);
  await migrate(url);
  const fixture = await createFixture(adminUrl);
  const database = await DatabaseCpu.connect(adminUrl);
  undo.add(() => database.close());
  const issuer = await startIssuer();
  undo.add(() => issuer.close());
  const bouncer = await startPgBouncer(url, { settings: PGBOUNCER });
  undo.add(() => bouncer.stop());
  const all: Measured[] = [];
  for (const pgBouncer of [undefined, bouncer]) {
    for (const count of instances) {
      signal.throwIfAborted();
      progress.update(`${count} instances, ${pgBouncer ? `PgBouncer ${pgBouncer.version}` : 'direct'} …`);
      const stop = new UndoList();
      try {
        const servers: Server[] = [];
        while (servers.length < count) {
          const settings = { DATABASE_MIGRATE: 'false' };
          const address = pgBouncer?.url ?? url;
          const server = await startService(process.execPath, address, issuer, Math.ceil(clients / count), settings);
          stop.add(() => stopServer(server));
          servers.push(server);
        }
        const extent = { clients, seconds, warmUpSeconds: WARM_UP_SECONDS };
        all.push(await measure({ servers, fixture, adminUrl, database, pgBouncer, signal, ...extent }));
      } finally {
        await stop.run();
      }
    }
  }
  progress.end();
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify(all, undefined, 2)}\n`);
  console.log(`${tableOf(all)}\nAll figures: ${relative(process.cwd(), json)}`);
}

function numbersOf(text: string): number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.every((number) => Number.isInteger(number) && number > 0 && number <= MAX_INSTANCES)) return numbers;
  throw new InvalidArgumentError(`Expected numbers from 1 to ${MAX_INSTANCES}, such as 2,4,8.`);
}

void run(
  new Command('instances')
    .description(
      'Loads one, two, four and eight instances of the built service on one PostgreSQL, directly and through PgBouncer, and prints ' +
        'their throughput, CPU, connections and how evenly they serve. Everything stays on this machine. On Debian only.',
    )
    .option('--instances <numbers>', 'how many instances, separated by commas', numbersOf, [1, 2, 4, 8])
    .option('--clients <n>', 'clients of all instances together', wholeNumber(1, 1_000), 32)
    .option('--seconds <n>', 'of each measurement', wholeNumber(1, 600), 10)
    .addOption(new Option('--json <file>', 'the file for all figures').default(join(projectRoot, RESULT), RESULT))
    .action((options: Options) => session((given) => compareInstances(options, given))),
  PackagesUnavailableError,
);

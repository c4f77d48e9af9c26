import { randomInt } from 'node:crypto';
import { Client } from 'pg';
import type { DatabaseCpu } from '../bench/http/database-cpu';
import { scenarios, type Fixture } from '../bench/http/scenarios';
import type { Server } from '../bench/http/servers';
import { quantile } from '../bench/http/statistics';
import { machineCpu, processCpu } from './machine';

/** What a number of instances did together. CPU in seconds. */
export interface Measured {
  readonly instances: number;
  /** The version of the PgBouncer between them and PostgreSQL; undefined without one. */
  readonly pgBouncer: string | undefined;
  readonly seconds: number;
  readonly requests: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly cpu: {
    readonly instances: number;
    readonly postgres: number;
    readonly pgBouncer: number;
    readonly client: number;
    /** Of all other programs on this machine. */
    readonly others: number;
  };
  /** Connections of the service to PostgreSQL, at the end. */
  readonly connections: number;
  /** Requests of the instance that served fewest, relative to the one that served most, each with as many clients. */
  readonly fairness: number;
}

export interface Setup {
  readonly servers: readonly Server[];
  readonly fixture: Fixture;
  readonly adminUrl: string;
  readonly database: DatabaseCpu;
  readonly pgBouncer?: { readonly version: string; readonly pid: number } | undefined;
  /** Clients of all instances together; each waits for its response before it sends the next request. */
  readonly clients: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Half of the requests read an order, a quarter list a page, a quarter place an order. */
const MIX = [0, 1, 0, 2] as const;

export async function measure(setup: Setup): Promise<Measured> {
  const { servers, database, pgBouncer, adminUrl } = setup;
  await load(setup, setup.warmUpSeconds);
  const processes = servers.map(({ process }) => process.pid);
  const read = () => ({
    instances: processes.reduce((sum, pid) => sum + processCpu(pid), 0),
    pgBouncer: pgBouncer ? processCpu(pgBouncer.pid) : 0,
    client: processCpu(process.pid),
    machine: machineCpu(),
  });
  const before = read();
  let served: Served = { perInstance: [], latencies: [], seconds: 0 };
  const postgres = (await database.during(async () => void (served = await load(setup, setup.seconds)))) / 1e6;
  const after = read();
  const [instances, bouncer, client, machine] = (['instances', 'pgBouncer', 'client', 'machine'] as const).map(
    (name) => after[name] - before[name],
  ) as [number, number, number, number];
  return {
    instances: servers.length,
    pgBouncer: pgBouncer?.version,
    seconds: served.seconds,
    requests: served.latencies.length,
    p50: quantile(served.latencies, 0.5),
    p99: quantile(served.latencies, 0.99),
    cpu: {
      instances,
      postgres,
      pgBouncer: bouncer,
      client,
      others: Math.max(0, machine - instances - postgres - bouncer - client),
    },
    connections: await connectionsTo(adminUrl),
    fairness: Math.min(...served.perInstance) / Math.max(...served.perInstance),
  };
}

interface Served {
  readonly perInstance: readonly number[];
  readonly latencies: readonly number[];
  readonly seconds: number;
}

async function load({ servers, fixture, clients, signal }: Setup, seconds: number): Promise<Served> {
  const startedAt = performance.now();
  const end = startedAt + seconds * 1_000;
  const perInstance = servers.map(() => 0);
  const latencies: number[] = [];
  // Another one in each load, so that orders contain other products.
  let number = randomInt(fixture.skus.length);
  const client = async (instance: number): Promise<void> => {
    while (performance.now() < end) {
      signal.throwIfAborted();
      const sentAt = performance.now();
      const turn = number++;
      await scenarios[MIX[turn % MIX.length]!]!.send(servers[instance]!.target, fixture, turn);
      latencies.push(performance.now() - sentAt);
      perInstance[instance]! += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index % servers.length)));
  return { perInstance, latencies, seconds: (performance.now() - startedAt) / 1_000 };
}

async function connectionsTo(adminUrl: string): Promise<number> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  const { rows } = await client.query<{ connections: number }>(
    `SELECT count(*)::int AS connections FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND usename <> current_user`,
  );
  await client.end();
  return rows[0]!.connections;
}

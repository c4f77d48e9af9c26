import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  POSTGRES_15_WITH_HYPOPG,
  POSTGRES_17,
  programOfPostgres,
  unpackPostgres,
} from '../../test/maintainers/servers/support/debian-postgres';
import { MARIADB_11 } from '../../test/maintainers/servers/support/mariadb-11';
import { MYSQL } from '../../test/maintainers/servers/support/mysql';
import { exporterProgram } from '../../test/monitoring/support/postgres-exporter';
import { monitoringPrograms, NEWEST_SUITE } from '../../test/monitoring/support/programs';
import { programOfMySql, unpackMySql, type MySqlFlavour } from '../../test/query-timing/support/mysql-family';
import { programOfPgBouncer, unpackPgBouncer } from '../../test/query-timing/support/pgbouncer';
import type { DebianProgram } from '../../test/support/debian/program-of';

const run = promisify(execFile);

/** A server that `npm test` does not start. */
export interface Server {
  readonly title: string;
  /** The names of its test files begin with it, unless there is a `suite`. */
  readonly tests: string;
  /** Tests of `npm test` that run again, with these variables. */
  readonly suite?: { readonly project: string; readonly files: string; readonly env: Readonly<Record<string, string>> };
  /** Unpacks the program into the project's cache. */
  fetch(): Promise<DebianProgram>;
}

const ofMySql = (title: string, tests: string, flavour: MySqlFlavour): Server => ({
  title,
  tests,
  fetch: async () => programOfMySql(flavour, await unpackMySql(flavour)),
});

const pgBouncer = (version: string, suite: string): Server => ({
  title: `PgBouncer ${version}`,
  tests: `pgbouncer-${version}`,
  fetch: async () => programOfPgBouncer(await unpackPgBouncer(suite), suite),
});

async function newestPrometheus(): Promise<DebianProgram> {
  const { prometheus } = await monitoringPrograms(undefined, { suite: NEWEST_SUITE });
  return { command: prometheus, args: [], env: {} };
}

export const SERVERS: readonly Server[] = [
  ofMySql('MySQL', 'mysql', MYSQL),
  ofMySql('MariaDB 11', 'mariadb-11', MARIADB_11),
  {
    title: 'PostgreSQL 15, HypoPG',
    tests: 'postgres-15',
    fetch: async () => programOfPostgres(await unpackPostgres(POSTGRES_15_WITH_HYPOPG), POSTGRES_15_WITH_HYPOPG),
  },
  {
    title: 'PostgreSQL 17',
    tests: 'postgres-17',
    fetch: async () => programOfPostgres(await unpackPostgres(POSTGRES_17), POSTGRES_17),
  },
  {
    title: 'postgres_exporter',
    tests: 'postgres-server',
    fetch: async () => ({ command: await exporterProgram(), args: [], env: {} }),
  },
  pgBouncer('1.18', 'bookworm'),
  pgBouncer('1.24', 'trixie'),
  pgBouncer('1.26', 'forky'),
  {
    title: 'Prometheus',
    tests: 'prometheus',
    suite: {
      project: 'monitoring',
      files: 'monitoring/(?:alertmanager|contract|rules)\\.',
      env: { MONITORING_SUITE: NEWEST_SUITE },
    },
    fetch: newestPrometheus,
  },
  {
    title: 'Native histograms',
    tests: 'native-histograms',
    suite: {
      project: 'monitoring',
      files: 'monitoring/(?:contract|rules)\\.',
      env: { MONITORING_SUITE: NEWEST_SUITE, MONITORING_NATIVE_HISTOGRAMS: 'true' },
    },
    fetch: newestPrometheus,
  },
];

/** @returns such as `9.7.4` */
export async function versionOf({ command, args, env }: DebianProgram): Promise<string> {
  const { stdout, stderr } = await run(command, [...args, '--version'], { env });
  const text = stdout || stderr;
  return /\d+\.\d+(\.\d+)?/.exec(text.replace(/^\S*\//, ''))?.[0] ?? text.trim();
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { MONITORING } from '../../../tools/monitoring/paths';
import {
  findOnPath,
  hasDebianPackages,
  PackagesUnavailableError,
  unpackDebianPackages,
} from '../../support/debian/debian-packages';
import { ChildServer, freePort } from './child-server';

const DEBIAN_NAME = 'prometheus-postgres-exporter';
const FOLDER = join(MONITORING, 'postgres-exporter');
export const EXPORTER_QUERIES = join(FOLDER, 'queries.yml');

/**
 * Finds the exporter on the PATH, or unpacks Debian's package into the project's cache.
 *
 * @throws PackagesUnavailableError with one line that says how to install it, if the package cannot be used
 */
export async function exporterProgram(
  log: (line: string) => void = () => undefined,
  suite = process.env.MONITORING_SUITE,
): Promise<string> {
  const found = findOnPath('postgres_exporter') ?? findOnPath(DEBIAN_NAME);
  if (found && !suite) return found;
  if (!hasDebianPackages()) {
    throw new PackagesUnavailableError(
      'Missing on the PATH: postgres_exporter. On this system, install version 0.11 or later from ' +
        'https://github.com/prometheus-community/postgres_exporter/releases.',
    );
  }
  return join(await unpackDebianPackages([DEBIAN_NAME], { suite, log }), 'usr/bin', DEBIAN_NAME);
}

/** The metrics that the queries of the project add, with their labels. */
export function queriedMetrics(): Map<string, Set<string>> {
  type Columns = readonly Readonly<Record<string, { readonly usage: string }>>[];
  const groups = parse(readFileSync(EXPORTER_QUERIES, 'utf8')) as Readonly<
    Record<string, { readonly metrics: Columns }>
  >;
  const metrics = new Map<string, Set<string>>();
  for (const [group, { metrics: columns }] of Object.entries(groups)) {
    const all = columns.flatMap((column) => Object.entries(column));
    const labels = new Set(all.filter(([, { usage }]) => usage === 'LABEL').map(([name]) => name));
    for (const [name, { usage }] of all) if (usage !== 'LABEL') metrics.set(`${group}_${name}`, labels);
  }
  return metrics;
}

/** Starts it with the queries of the project. @param databaseUrl with its role, see {@link prepareExporterRole} */
export async function startExporter(program: string, databaseUrl: string): Promise<ChildServer> {
  const address = `127.0.0.1:${await freePort()}`;
  return ChildServer.start(
    program,
    [`--web.listen-address=${address}`, `--extend.query-path=${EXPORTER_QUERIES}`, '--disable-settings-metrics'],
    `http://${address}`,
    '/metrics',
    { DATA_SOURCE_NAME: databaseUrl },
  );
}

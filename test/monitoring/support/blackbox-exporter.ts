import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  findOnPath,
  hasDebianPackages,
  PackagesUnavailableError,
  unpackDebianPackages,
} from '../../support/debian/debian-packages';
import { ChildServer, freePort } from './child-server';

const DEBIAN_NAME = 'prometheus-blackbox-exporter';
/** Of the configuration that comes with it. */
export const MODULE = 'http_2xx';

/**
 * Finds the exporter on the PATH, or unpacks Debian's package into the project's cache.
 *
 * @throws PackagesUnavailableError with one line that says how to install it, if the package cannot be used
 */
async function blackboxProgram(log: (line: string) => void, suite = process.env.MONITORING_SUITE): Promise<string> {
  const found = findOnPath('blackbox_exporter') ?? findOnPath(DEBIAN_NAME);
  if (found && !suite) return found;
  if (!hasDebianPackages()) {
    throw new PackagesUnavailableError(
      'Missing on the PATH: blackbox_exporter. On this system, install version 0.23 or later from ' +
        'https://github.com/prometheus/blackbox_exporter/releases.',
    );
  }
  return join(await unpackDebianPackages([DEBIAN_NAME], { suite, log }), 'usr/bin', DEBIAN_NAME);
}

/** @param directory for its configuration */
export async function startBlackboxExporter(
  directory: string,
  log: (line: string) => void = () => undefined,
): Promise<ChildServer> {
  const config = join(directory, 'blackbox.yml');
  writeFileSync(config, `modules:\n  ${MODULE}:\n    prober: http\n    timeout: 5s\n`);
  const address = `127.0.0.1:${await freePort()}`;
  const program = await blackboxProgram(log);
  return ChildServer.start(
    program,
    [`--web.listen-address=${address}`, `--config.file=${config}`],
    `http://${address}`,
    '/-/healthy',
  );
}

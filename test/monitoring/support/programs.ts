import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { relocateAlertmanager } from './relocated-alertmanager';
import {
  findOnPath,
  hasDebianPackages,
  PackagesUnavailableError,
  unpackDebianPackages,
} from '../../support/debian/debian-packages';

const run = promisify(execFile);

/** The oldest versions that support the configuration files; the tests use the same versions. */
const MINIMUM = { prometheus: '2.42', promtool: '2.42', alertmanager: '0.25', amtool: '0.25' } as const;
type Program = keyof typeof MINIMUM;

/** On Debian, Alertmanager has a different name. */
const namesOf = (program: Program): string[] =>
  program === 'alertmanager' ? [program, 'prometheus-alertmanager'] : [program];

/** The path of each program. */
export type MonitoringPrograms = Readonly<Record<Program, string>>;

/** The release of Debian that has the newest of them. */
export const NEWEST_SUITE = 'sid';

const PACKAGES = ['prometheus', 'prometheus-alertmanager'];
/** From Debian 13 on, promtool has a package. */
const NEWER_PACKAGES = ['prometheus', 'promtool', 'prometheus-alertmanager'];
const programs = Object.keys(MINIMUM) as Program[];

export const HOW_TO_INSTALL =
  'install Prometheus 2.42 or later and Alertmanager 0.25 or later (macOS: brew install prometheus alertmanager; ' +
  'elsewhere https://prometheus.io/download/), so that prometheus, promtool, alertmanager and amtool are on the PATH.';

export interface FindOptions {
  readonly path?: string;
  readonly cache?: string;
  /** A release of Debian from 13 on, such as `trixie` or `sid`, whose programs to use. Default: MONITORING_SUITE, unless there is a path */
  readonly suite?: string;
}

/**
 * Finds the programs on the PATH, if they are new enough; otherwise unpacks Debian's packages into the project's cache.
 * With a suite, it uses the programs of that release of Debian: they need no newer C library than Debian 12 has.
 *
 * @throws PackagesUnavailableError with one line that says how to install them, if the packages cannot be used
 */
export async function monitoringPrograms(
  log: (line: string) => void = () => undefined,
  options: FindOptions = {},
): Promise<MonitoringPrograms> {
  const suite = options.suite ?? (options.path === undefined ? process.env.MONITORING_SUITE : undefined);
  if (suite) return inRoot(await unpackDebianPackages(NEWER_PACKAGES, { suite, cache: options.cache, log }));
  const path = options.path ?? process.env.PATH;
  const found = await Promise.all(programs.map(async (name) => [name, await usable(name, path)] as const));
  const missing = found.filter(([, place]) => place === undefined).map(([name]) => name);
  if (missing.length === 0) return Object.fromEntries(found) as Record<Program, string>;

  const without = `Missing on the PATH, or too old: ${missing.join(', ')}`;
  if (!hasDebianPackages(path)) throw new PackagesUnavailableError(`${without}. On this system, ${HOW_TO_INSTALL}`);
  log(without);
  return inRoot(await unpackDebianPackages(PACKAGES, { cache: options.cache, log }));
}

function inRoot(root: string): MonitoringPrograms {
  const bin = (name: Program) => join(root, 'usr/bin', name);
  return {
    prometheus: bin('prometheus'),
    promtool: bin('promtool'),
    alertmanager: relocateAlertmanager(root),
    amtool: bin('amtool'),
  };
}

async function usable(name: Program, path?: string): Promise<string | undefined> {
  const place = namesOf(name)
    .map((one) => findOnPath(one, path))
    .find((found) => found !== undefined);
  if (place === undefined) return undefined;
  const { stdout, stderr } = await run(place, ['--version']).catch(() => ({ stdout: '', stderr: '' }));
  return isAtLeast(/version v?(\d+\.\d+)/.exec(stdout + stderr)?.[1], MINIMUM[name]) ? place : undefined;
}

function isAtLeast(version: string | undefined, minimum: string): boolean {
  const [major = 0, minor = 0] = (version ?? '0.0').split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = minimum.split('.').map(Number);
  return major > minMajor || (major === minMajor && minor >= minMinor);
}

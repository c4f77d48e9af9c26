import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { hasDebianPackages, type UnpackOptions } from '../support/debian/debian-packages';
import { monitoringPrograms } from './support/programs';
import { PackageRepository } from './support/package-repository';

const isRoot = process.getuid?.() === 0;
const UNPRIVILEGED_ID = 65_534;
const onDebian = hasDebianPackages() ? describe : describe.skip;
const isDebian = hasDebianPackages() && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
const onlyOnDebian = isDebian ? it : it.skip;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'monitoring-packages-'));
  chmodSync(place, 0o755);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

onDebian('unpacking Debian packages as an ordinary user with only /usr/bin and /bin on the PATH', () => {
  let repository: PackageRepository;
  let aptConfig: string;
  let cache: string;
  const running: ChildProcess[] = [];

  beforeEach(async () => {
    const home = join(place, 'repository');
    mkdirSync(home);
    repository = new PackageRepository(home);
    aptConfig = await repository.serve([
      { name: 'left-program', depends: 'right-library, base-files' },
      { name: 'right-library' },
      // Every machine has a newer one.
      { name: 'base-files' },
      { name: 'other-program' },
    ]);
    cache = join(place, 'cache');
    mkdirSync(cache, { mode: 0o777 });
    chmodSync(cache, 0o777);
    // Other users may not be able to read the checkout: they run a copy.
    const source = readFileSync('test/support/debian/debian-packages.ts', 'utf8');
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    writeFileSync(join(place, 'debian-packages.js'), ts.transpileModule(source, { compilerOptions }).outputText);
    copyFileSync('test/support/debian/unpack.sh', join(place, 'unpack.sh'));
    writeFileSync(
      join(place, 'main.js'),
      `const [cache, options, ...packages] = process.argv.slice(2);
       require('./debian-packages').unpackDebianPackages(packages, {
         cache, ...JSON.parse(options), log: (line) => console.error(line),
       }).then(console.log, (error) => { console.error(error.message); process.exitCode = 1; });`,
    );
  });
  afterEach(async () => {
    for (const child of running.splice(0)) killGroup(child);
    await repository.close();
  });

  function start(
    packages: readonly string[],
    options: UnpackOptions = {},
  ): { child: ChildProcess; done: Promise<Outcome> } {
    const child = spawn(process.execPath, [join(place, 'main.js'), cache, JSON.stringify(options), ...packages], {
      env: { PATH: '/usr/bin:/bin', APT_CONFIG: aptConfig },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(isRoot ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {}),
    });
    running.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const done = new Promise<Outcome>((resolve) =>
      child.once('close', (code) => resolve({ code, root: stdout.trim(), log: stderr })),
    );
    return { child, done };
  }
  const unpack = (packages: readonly string[], options?: UnpackOptions) => start(packages, options).done;

  it('unpacks programs that run, logs each step, and downloads nothing the second time', async () => {
    const { code, root, log } = await unpack(['left-program', 'other-program']);
    expect(log).toMatch(
      /reading the package lists\n.*downloading left-program 1\.0 .*\n.*other-program.*\n.*unpacking/,
    );
    expect(code).toBe(0);
    expect(execFileSync(join(root, 'usr/bin/left-program'), { encoding: 'utf8' })).toBe('left-program runs\n');

    expect(await unpack(['left-program', 'other-program'])).toEqual({ code: 0, root, log: '' });
    expect(repository.downloads).toHaveLength(2);
  });

  it('also unpacks missing dependencies on request', async () => {
    const { root } = await unpack(['left-program'], { withLibraries: true });
    expect(readdirSync(join(root, 'usr/bin')).sort()).toEqual(['left-program', 'right-library']);
  });

  onlyOnDebian('unpacks all dependencies of another release, also those that the machine has', async () => {
    const { root } = await unpack(['left-program'], { suite: 'later' });
    expect(readdirSync(join(root, 'usr/bin')).sort()).toEqual(['base-files', 'left-program', 'right-library']);
    expect(readdirSync(join(root, 'bin'))).toContain('left-program');
    expect(root).toContain('debian-later');
  });

  it('makes concurrent callers wait for the first', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => unpack(['left-program'])));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(outcomes.map(({ root }) => root)).size).toBe(1);
    expect(repository.downloads).toEqual(['left-program_1.0_all.deb']);
  });

  it('recovers from a killed download, which leaves nothing that looks complete', async () => {
    repository.stalls = true;
    const stalled = repository.stalled();
    const { child, done } = start(['left-program']);
    await stalled;
    killGroup(child);
    await done;
    expect(readdirSync(cache).filter((name) => name.includes('left-program'))).toEqual([]);

    repository.stalls = false;
    const { root } = await unpack(['left-program']);
    expect(execFileSync(join(root, 'usr/bin/left-program'), { encoding: 'utf8' })).toBe('left-program runs\n');
  });

  it('reports in the words of apt which package could not be fetched, and leaves nothing', async () => {
    const { code, log } = await unpack(['no-such-program']);
    expect(code).toBe(1);
    expect(log).toMatch(
      /Could not fetch the Debian packages no-such-program\.\nE: Unable to locate package no-such-program/,
    );
    expect(readdirSync(cache).filter((name) => name.includes('no-such-program'))).toEqual([]);
  });
});

describe('finding the monitoring programs', () => {
  const fake = (name: string, version: string) =>
    writeFileSync(join(place, name), `#!/bin/sh\necho "${name}, version ${version} (branch: x)" >&2\n`, {
      mode: 0o755,
    });

  it('uses the programs on the PATH if all are new enough', async () => {
    for (const name of ['prometheus', 'promtool']) fake(name, '2.45.0+ds');
    for (const name of ['alertmanager', 'amtool']) fake(name, '0.27.0');
    expect(await monitoringPrograms(undefined, { path: place })).toEqual({
      prometheus: join(place, 'prometheus'),
      promtool: join(place, 'promtool'),
      alertmanager: join(place, 'alertmanager'),
      amtool: join(place, 'amtool'),
    });
  });

  it('says in one line how to install missing or old programs if it cannot unpack packages', async () => {
    for (const name of ['prometheus', 'promtool']) fake(name, '2.41.0');
    fake('amtool', '1.0.0');
    await expect(monitoringPrograms(undefined, { path: place })).rejects.toThrow(
      /^Missing on the PATH, or too old: prometheus, promtool, alertmanager\. .* install Prometheus 2\.42 or later and Alertmanager 0\.25 .*$/,
    );
  });
});

interface Outcome {
  readonly code: number | null;
  readonly root: string;
  readonly log: string;
}

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

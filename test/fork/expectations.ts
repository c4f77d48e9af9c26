import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isLibraryOfTheTemplate } from '../../tools/library-record.cjs';
import type { Fork } from './fork';

export const INIT = 'maintainers/template/init.ts';
export const GENERATE = 'tools/generate/use-case/main.ts';
export const GENERATE_RESOURCE = 'tools/generate/resource/main.ts';

export const SECONDS = 1_000;

const LIBRARY = ['src/query-timing', 'test/query-timing'];

/** The fork has this name wherever the service is named, and is committed. */
export async function isInitialised(fork: Fork, name: string): Promise<void> {
  await fork.commit('init');
  const manifest = JSON.parse(await fork.read('package.json'));
  expect(manifest).toMatchObject({ name, template: { name: 'nest-service-template' } });
  expect(Object.keys(manifest.scripts)).not.toContain('template:init');
  const lock = JSON.parse(await fork.read('package-lock.json'));
  expect(lock).toMatchObject({ name });
  await hasNothingOfTheMaintainers(fork, manifest, lock);
  const asked = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(asked).toEqual(expect.arrayContaining(packagesRunBy(Object.values(manifest.scripts), fork)));
  expect(await fork.read('deployments/monitoring/prometheus.yml')).toContain('job_name: my-service');
  expect(await fork.read('deployments/kubernetes/monitoring/service-monitor.yaml')).toContain('name: my-service');
  expect(await fork.read('README.md')).toMatch(/^# my-service\n/);
  expect(await fork.succeeds('git', 'diff', '--name-only', 'HEAD~1', 'HEAD', '--', ...LIBRARY)).toBe('');
  expect(isLibraryOfTheTemplate(fork.root)).toBe(true);
}

/** Neither their files, nor their commands, nor their dependencies. */
async function hasNothingOfTheMaintainers(fork: Fork, manifest: Manifest, lock: { packages: object }): Promise<void> {
  const theirs = JSON.parse(readFileSync('maintainers/package.json', 'utf8')) as Manifest;
  expect(existsSync(join(fork.root, 'maintainers'))).toBe(false);
  expect(Object.values(manifest.scripts).filter((command) => command.includes('maintainers'))).toEqual([]);
  expect(manifest.workspaces).not.toContain('maintainers');
  const asked = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(Object.keys(theirs.devDependencies).filter((name) => asked.includes(name))).toEqual([]);
  const naming = await fork.run('git', 'grep', '-lE', '[\'"]maintainers[\'"]', '--', ':!test/tools/upgrade.spec.ts');
  expect(naming.output).toBe('');
  const locked = Object.keys(lock.packages);
  expect(locked.filter((path) => /(?:^|\/)(?:maintainers|template-maintainers|git-cliff)$/.test(path))).toEqual([]);
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly workspaces: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The packages whose programs a command names. The forks in these tests share our packages, so that a missing one would not be noticed. */
function packagesRunBy(commands: readonly string[], fork: Fork): string[] {
  const words = commands.flatMap((command) => command.match(/(?<=^| )[\w-]+(?= |$)/g) ?? []);
  return words
    .map((word) => join(fork.root, 'node_modules/.bin', word))
    .filter(existsSync)
    .map((program) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(realpathSync(program))![1]!);
}

/** Its `npm run check`, contract and end-to-end tests; the library is as it was committed. */
export async function passes(fork: Fork, ...options: string[]): Promise<void> {
  expect(await fork.succeeds('git', 'status', '--porcelain', '--', ...LIBRARY)).toBe('');
  const { check } = (JSON.parse(await fork.read('package.json')) as { scripts: { check: string } }).scripts;
  const checked = check.split('--only ')[1]!.split(',');
  expect(checked).toEqual(['typecheck', 'lint', 'format', 'architecture', 'unit']);
  await fork.suites([...checked, 'contract', 'e2e'], ...options);
}

/** Without its coverage: neither `template:init` nor a generator changes a file of the library. */
export const passesTheTestsOfTheLibrary = (fork: Fork): Promise<string> => fork.jest('--selectProjects', 'library');

/** The tests of tools, pages and deployment files: those that import what `template:init` changed, and those that read it. */
export async function passesRepositoryTests(fork: Fork, readers: string): Promise<void> {
  await fork.jest('--selectProjects', 'repository', '--changedSince', 'HEAD~1');
  await fork.jest('--selectProjects', 'repository', '--testPathPatterns', readers);
}

/** The tests of tools, pages and deployment files that a new use case can affect. */
export const passesWhatAUseCaseCanChange = (fork: Fork): Promise<string> =>
  fork.jest('--selectProjects', 'repository', '--onlyChanged');

/** What the generator was run with in a fork: a command with a body and a query. */
export const COMMAND = ['settle-invoice', '--command', '--path', 'invoices/{id}/settle', '--body', 'paidOn:date'];
export const QUERY = ['get-balance', '--query', '--path', 'customers/{id}/balance'];

/** Generated use cases respond on their routes: with 501, until they are written. */
export async function respond(fork: Fork): Promise<void> {
  await fork.whileServing(async (url) => {
    const headers = { ...(await fork.authorization(url)), 'content-type': 'application/json' };
    const command = { method: 'POST', headers, body: JSON.stringify({ paidOn: '2026-01-31' }) };
    for (const [path, options] of [
      [`invoices/${randomUUID()}/settle`, command],
      [`customers/${randomUUID()}/balance`, { headers }],
    ] as const) {
      const response = await fetch(`${url}/api/v1/${path}`, options);
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: 501,
        body: { code: 'not-implemented' },
      });
    }
  });
}

/** A generated resource can be created, read and listed, with its statements counted. */
export async function respondsWithPayments(fork: Fork): Promise<void> {
  await fork.whileServing(async (url) => {
    const headers = await fork.authorization(url, 'payments:write');
    const send = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${url}/api/v1/payments${path}`, init);
      return { status: response.status, body: (await response.json()) as { id: string } };
    };
    const details = { amount: { amount: 1_999, currency: 'EUR' }, reference: 'RE-1' };
    const created = await send('', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(details),
    });
    expect(created).toMatchObject({ status: 201, body: { ...details, version: 1 } });
    const { body } = created;
    expect(await send(`/${body.id}`, { headers })).toEqual({ status: 200, body });
    expect(await send('', { headers })).toMatchObject({ status: 200, body: { items: [{ id: body.id }] } });
    expect(await selectsOf(url)).toBeGreaterThan(1);
  });
}

/** The number of SELECT statements that were counted. */
export async function selectsOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^db_queries_total\{query_type="SELECT"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

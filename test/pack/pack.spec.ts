import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installApplication, packLibrary } from '../support/packed-library';

const run = promisify(execFile);
const CONSUMERS = resolve('test/pack/fixtures');
const TYPESCRIPT_7 = resolve('node_modules/typescript-native/bin/tsc');
/** The last version that supports the `node10` module resolution. */
const TYPESCRIPT_6 = resolve('node_modules/typescript/bin/tsc');

interface Report {
  readonly totalQueries: number;
  readonly metrics: string[];
}

let folder: string;
let tarball: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'query-timing-pack-'));
  tarball = await packLibrary(folder);
  await run('tar', ['-xf', tarball, '-C', folder]);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A minimal application outside of the checkout: the dependencies of its manifest, and the given packages. */
async function install(consumer: string, packages: readonly string[] = [tarball]): Promise<string> {
  const application = join(folder, consumer);
  await installApplication(join(CONSUMERS, consumer.split('@')[0]!), application, packages, ['--omit=optional']);
  return application;
}

/**
 * Compiles it with all declaration files checked. Errors in the declaration files of other packages, such as TypeORM's
 * for drivers that are not installed, are ignored.
 */
async function compile(application: string, project = 'tsconfig.json', compiler = TYPESCRIPT_7): Promise<void> {
  const { stdout } = await run(process.execPath, [compiler, '-p', project], { cwd: application }).catch(
    (error: { stdout: string }) => error,
  );
  const errors = stdout.split('\n').filter((line) => line.includes(': error '));
  const inOtherPackages = /^(\.\.\/)*node_modules\/(?!nestjs-query-timing\/)/;
  expect(errors.filter((line) => !inOtherPackages.test(line))).toEqual([]);
}

async function report<T = Report>(application: string, program: string): Promise<T> {
  const { stdout } = await run(process.execPath, [program], { cwd: application });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

/** Prints what a program has loaded of the page and of the plans, when it ends. */
const LISTING = `process.on('exit', () => {
  const files = Object.keys(require.cache).map((file) => file.split('nestjs-query-timing/dist/')[1] ?? '');
  console.error(JSON.stringify(files.filter((file) => /^(?:page|explain)[/]/.test(file)).sort()));
});`;
/** They are off: only their options are checked. */
const OPTIONS_ONLY = ['explain/explain-options.js', 'page/page-options.js'];

async function loadedOnDemand(application: string, program: string): Promise<string[]> {
  const listing = join(application, 'listing.cjs');
  await writeFile(listing, LISTING);
  const { stderr } = await run(process.execPath, ['--require', listing, program], { cwd: application });
  return JSON.parse(stderr.trim().split('\n').at(-1)!) as string[];
}

const counted: Report = {
  totalQueries: 2,
  metrics: expect.arrayContaining([
    'db_queries_total{query_type="SELECT"} 2',
    'db_query_errors_total{query_type="SELECT",error_class="syntax"} 1',
  ]) as string[],
};

// The consumers are independent, so they install and compile concurrently.
describe('the packed library', () => {
  it('contains its compiled code, its types, README and licence, and nothing else', async () => {
    expect((await readdir(join(folder, 'package'))).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const compiled = (await readdir(join(folder, 'package/dist'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        relative(join(folder, 'package/dist'), join(parentPath, name)).replaceAll('\\', '/'),
      );
    const sources = (await readdir('src/query-timing', { recursive: true }))
      .map((file) => file.replaceAll('\\', '/'))
      // The page in the browser is in page/page-asset.ts.
      .filter((file) => file.endsWith('.ts') && !/^(?:dist|page\/client)\//.test(file));
    const expected = sources.flatMap((file) => ['.js', '.d.ts'].map((extension) => file.replace(/\.ts$/, extension)));
    expect(compiled.sort()).toEqual(expected.sort());
  });

  it('has the licence of the project', async () => {
    const [ours, packed] = await Promise.all(
      ['LICENSE', join(folder, 'package/LICENSE')].map((file) => readFile(file)),
    );
    expect(packed).toEqual(ours);
  });

  it('has types that import its peer dependencies only', async () => {
    const { peerDependencies } = JSON.parse(await readFile(join(folder, 'package', 'package.json'), 'utf8')) as {
      peerDependencies: Record<string, string>;
    };
    const files = await readdir(join(folder, 'package'), { recursive: true });
    const imported = new Set<string>();
    for (const file of files.filter((name) => name.endsWith('.d.ts'))) {
      const text = await readFile(join(folder, 'package', file), 'utf8');
      // Examples in docstrings import the library itself.
      const code = text.replace(/\/\*[^]*?\*\//g, '');
      for (const match of code.matchAll(/(?:from |import\()['"]([^.'"][^'"]*)['"]/g)) imported.add(match[1]!);
    }
    expect([...imported].filter((name) => !(name in peerDependencies))).toEqual([]);
  });

  it.concurrent(
    'runs in a minimal Nest 12 application, as an ES module and as CommonJS',
    async () => {
      const application = await install('nest-12');
      await compile(application);
      expect(await report(application, 'out/esm.mjs')).toEqual(counted);
      expect(await report(application, 'out/commonjs.cjs')).toEqual(counted);
    },
    240_000,
  );

  it.concurrent(
    'runs in a minimal Nest 11 application, with the module resolutions nodenext and node10',
    async () => {
      const application = await install('nest-11');
      await compile(application);
      await compile(application, 'tsconfig.node10.json', TYPESCRIPT_6);
      expect(await report(application, 'out/main.js')).toEqual(counted);
      expect(await report(application, 'out-node10/main.js')).toEqual(counted);
      expect(await loadedOnDemand(application, 'out/main.js')).toEqual(OPTIONS_ONLY);
    },
    240_000,
  );

  it.concurrent.each(['1.1.1', '0.3.20'])(
    'behaves the same without Nest and prom-client on TypeORM %s',
    async (version) => {
      const application = await install(`typeorm@${version}`, [tarball, `typeorm@${version}`]);
      expect(await readdir(join(application, 'node_modules'))).not.toContain('prom-client');
      await compile(application);
      expect(await report(application, 'out/main.js')).toEqual({
        migrated: true,
        committed: ['BEGIN TRANSACTION: ok', 'INSERT INTO teas VALUES (?): ok', 'COMMIT: ok', 'commit'],
        rolledBack: ['BEGIN TRANSACTION: ok', 'INSERT INTO teas VALUES (?): unique', 'ROLLBACK: ok', 'rollback'],
        atOnce: ['SELECT ?: ok', 'SELECT a: syntax'],
        initializedAgain: ['SELECT ?: ok'],
        inSummary: true,
        leaked: false,
        uninstalled: [],
      });
      expect(await loadedOnDemand(application, 'out/main.js')).toEqual(OPTIONS_ONLY);
    },
    240_000,
  );
});

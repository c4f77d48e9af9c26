import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packQueryTiming, tarballIn } from '../../tools/pack/pack-query-timing';
import { buildWhenStale } from '../../tools/service-process/build';

const run = promisify(execFile);
const CONSUMERS = resolve('test/pack/fixtures');
const TYPESCRIPT_7 = resolve('node_modules/typescript-native/bin/tsc');
/** The last that knows the module resolution of old. */
const TYPESCRIPT_6 = resolve('node_modules/typescript/bin/tsc');

interface Report {
  readonly totalQueries: number;
  readonly metrics: string[];
}

let folder: string;
let tarball: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'query-timing-pack-'));
  tarball = packQueryTiming(folder);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A bare application outside of the checkout: nothing but what its manifest names, and the packages. */
async function install(consumer: string, packages: readonly string[] = [tarball]): Promise<string> {
  const application = join(folder, consumer);
  await cp(join(CONSUMERS, consumer.split('@')[0]!), application, { recursive: true });
  await add(application, packages);
  return application;
}

async function add(application: string, packages: readonly string[]): Promise<void> {
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--omit=optional'];
  await run('npm', ['install', ...options, ...packages], { cwd: application, shell: process.platform === 'win32' });
}

/**
 * Compiles it with all declaration files checked. What is wrong in those of others, such as TypeORM's for databases that
 * are not installed, is theirs.
 */
async function compile(application: string, project = 'tsconfig.json', compiler = TYPESCRIPT_7): Promise<void> {
  const { stdout } = await run(process.execPath, [compiler, '-p', project], { cwd: application }).catch(
    (error: { stdout: string }) => error,
  );
  const errors = stdout.split('\n').filter((line) => line.includes(': error '));
  const ofOthers = /^(\.\.\/)*node_modules\/(?!nestjs-query-timing\/)/;
  expect(errors.filter((line) => !ofOthers.test(line))).toEqual([]);
}

async function report<T = Report>(application: string, program: string): Promise<T> {
  const { stdout } = await run(process.execPath, [program], { cwd: application });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

/** The checkout itself as a package, built before. */
async function packRoot(): Promise<{ name: string; tarball: string }> {
  buildWhenStale(() => undefined);
  const npm = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', npm, { shell: process.platform === 'win32' });
  const { name } = JSON.parse(await readFile('package.json', 'utf8')) as { name: string };
  return { name, tarball: join(folder, tarballIn(stdout)) };
}

async function namesOf(application: string, module: string): Promise<string[]> {
  const program = `console.log(JSON.stringify(Object.keys(require('${module}')).sort()))`;
  const { stdout } = await run(process.execPath, ['-e', program], { cwd: application });
  return JSON.parse(stdout) as string[];
}

/** Every declaration file of a folder with its text. */
async function typesIn(place: string): Promise<Record<string, string>> {
  const files = (await readdir(place, { recursive: true })).filter((file) => file.endsWith('.d.ts')).sort();
  const texts = files.map(async (file) => [file, await readFile(join(place, file), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

const counted: Report = {
  totalQueries: 2,
  metrics: expect.arrayContaining([
    'db_queries_total{query_type="SELECT"} 2',
    'db_query_errors_total{query_type="SELECT",error_class="syntax"} 1',
  ]) as string[],
};

// The consumers do not know of each other: npm and the compiler use all processors.
describe('the packed library', () => {
  it('holds its code, its types, its page and its licence, and nothing else', async () => {
    const files = await readdir(join(folder, 'package'), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'index.js', 'index.d.ts']));
    const others = files.filter((file) => /\.\w+$/.test(file) && !/(\.js|\.d\.ts|\.md|\.json)$/.test(file));
    expect(others).toEqual([]);
  });

  it('publishes types that import nothing but its peers', async () => {
    const { peerDependencies } = JSON.parse(await readFile(join(folder, 'package', 'package.json'), 'utf8')) as {
      peerDependencies: Record<string, string>;
    };
    const files = await readdir(join(folder, 'package'), { recursive: true });
    const imported = new Set<string>();
    for (const file of files.filter((name) => name.endsWith('.d.ts'))) {
      const text = await readFile(join(folder, 'package', file), 'utf8');
      for (const match of text.matchAll(/(?:from |import\()['"]([^.'"][^'"]*)['"]/g)) imported.add(match[1]!);
    }
    expect([...imported].filter((name) => !(name in peerDependencies))).toEqual([]);
  });

  it.concurrent(
    'runs in a bare Nest 12 application, as an ES module and as CommonJS, and so does the packed root',
    async () => {
      const application = await install('nest-12');
      await compile(application);
      expect(await report(application, 'out/esm.mjs')).toEqual(counted);
      expect(await report(application, 'out/commonjs.cjs')).toEqual(counted);

      const root = await packRoot();
      await add(application, [root.tarball]);
      for (const program of ['out/esm.mjs', 'out/commonjs.cjs']) {
        const text = await readFile(join(application, program), 'utf8');
        await writeFile(join(application, program), text.replaceAll('nestjs-query-timing', root.name));
        expect(await report(application, program)).toEqual(counted);
      }
      for (const entry of ['', '/core']) {
        expect(await namesOf(application, root.name + entry)).toEqual(
          await namesOf(application, `nestjs-query-timing${entry}`),
        );
      }
      expect(await typesIn(join(application, 'node_modules', root.name, 'dist/query-timing'))).toEqual(
        await typesIn(join(folder, 'package')),
      );
    },
    240_000,
  );

  it.concurrent(
    'runs in a bare Nest 11 application, with the old and the new module resolution',
    async () => {
      const application = await install('nest-11');
      await compile(application);
      await compile(application, 'tsconfig.node10.json', TYPESCRIPT_6);
      expect(await report(application, 'out/main.js')).toEqual(counted);
      expect(await report(application, 'out-node10/main.js')).toEqual(counted);
    },
    120_000,
  );

  it.concurrent.each(['1.1.1', '0.3.20'])(
    'behaves the same without Nest and without prom-client on TypeORM %s',
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
    },
    120_000,
  );
});

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packQueryTiming } from '../../tools/pack/pack-query-timing';

const run = promisify(execFile);
const CONSUMERS = resolve('test/pack/fixtures');
const COMPILER = resolve('node_modules/typescript/bin/tsc');

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

/** A bare application outside of the checkout: nothing but what its manifest names, and the tarball. */
async function install(consumer: string): Promise<string> {
  const application = join(folder, consumer);
  await cp(join(CONSUMERS, consumer), application, { recursive: true });
  const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', tarball];
  await run('npm', npm, { cwd: application, shell: process.platform === 'win32' });
  return application;
}

const compile = (application: string, project = 'tsconfig.json') =>
  run(process.execPath, [COMPILER, '-p', project], { cwd: application }).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });

async function report(application: string, program: string): Promise<Report> {
  const { stdout } = await run(process.execPath, [program], { cwd: application });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Report;
}

const counted: Report = {
  totalQueries: 2,
  metrics: expect.arrayContaining([
    'db_queries_total{query_type="SELECT"} 2',
    'db_query_errors_total{query_type="SELECT",error_class="syntax"} 1',
  ]) as string[],
};

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

  it('runs in a bare Nest 12 application, as an ES module and as CommonJS', async () => {
    const application = await install('nest-12');
    await compile(application);
    expect(await report(application, 'out/esm.mjs')).toEqual(counted);
    expect(await report(application, 'out/commonjs.cjs')).toEqual(counted);
  }, 120_000);

  it('runs in a bare Nest 11 application, with the old and the new module resolution', async () => {
    const application = await install('nest-11');
    await compile(application);
    await compile(application, 'tsconfig.node10.json');
    expect(await report(application, 'out/main.js')).toEqual(counted);
    expect(await report(application, 'out-node10/main.js')).toEqual(counted);
  }, 120_000);

  it.each(['typeorm-1', 'typeorm-0.3.20'])(
    'runs without Nest and without prom-client on %s',
    async (consumer) => {
      const application = await install(consumer);
      expect(await readdir(join(application, 'node_modules'))).not.toContain('prom-client');
      await compile(application);
      expect(await report(application, 'out/main.js')).toEqual({ totalQueries: 2, metrics: [] });
    },
    120_000,
  );
});

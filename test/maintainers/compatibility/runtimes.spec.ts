import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Application } from './application';
import { counted } from './expected';

let application: Application;
beforeAll(async () => {
  application = await Application.install('nest-12');
}, 600_000);
afterAll(() => application?.remove());

/** The runtime itself, from the package of this platform: the package of all platforms needs its install script. */
function programOf(scope: string, path: string): string {
  const folder = join(application.folder, 'node_modules', scope);
  const programs = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name, path)) : [];
  const found = programs.find((program) => existsSync(program));
  if (!found) throw new Error(`${scope} has no program for ${process.platform} on ${process.arch}.`);
  return found;
}

const served = { ...counted({ requests: 20, moreSelects: 1 }), served: 20 };
const OPTIONAL = ['@nestjs/microservices', '@nestjs/websockets', 'class-transformer', 'class-validator'];

/** @returns the file, which loads the database's driver and optional packages, and nothing else */
async function bundle(options: readonly string[]): Promise<string> {
  const file = join(application.folder, 'out', 'bundle.cjs');
  const url = `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`;
  const fixed = ['--bundle', '--platform=node', '--format=cjs', '--log-level=error', `--outfile=${file}`];
  const module = ['--define:import.meta.url=importMetaUrl', `--banner:js=${url}`];
  await application.run([
    process.execPath,
    'node_modules/esbuild/bin/esbuild',
    'application.ts',
    ...fixed,
    ...module,
    ...OPTIONAL.map((name) => `--external:${name}`),
    ...options,
  ]);
  const text = await readFile(file, 'utf8');
  expect(text).not.toMatch(/require\("(nestjs-query-timing|typeorm|prom-client)/);
  return file;
}

describe('a Nest application with the packed library counts correctly', () => {
  it('on Node, compiled', async () => {
    await application.compile('tsconfig.build.json');
    expect(await application.report([process.execPath, 'out/application.js'])).toEqual(served);
  }, 310_000);

  it('on Bun', async () => {
    expect(await application.report([programOf('@oven', 'bin/bun'), 'application.ts'])).toEqual(served);
  }, 310_000);

  it('on Deno', async () => {
    expect(await application.report([programOf('@deno', 'deno'), 'run', '-A', 'application.ts'])).toEqual(served);
  }, 310_000);

  it.each([
    ['with its names', []],
    ['with minified names', ['--minify']],
  ])(
    'in one file that esbuild made, %s',
    async (_names, options) => {
      const file = await bundle(options);
      expect(await application.report([process.execPath, file])).toEqual(served);
    },
    310_000,
  );
});

describe('tests of an application count correctly, with real and with fake timers', () => {
  it('in Vitest with Vite, which needs no other compiler', async () => {
    await application.run([process.execPath, 'node_modules/vitest/vitest.mjs', 'run']);
  }, 180_000);

  it('in Jest, which must not fake nextTick', async () => {
    await application.run([process.execPath, 'node_modules/jest/bin/jest.js', '--config', 'jest.config.cjs']);
  }, 180_000);
});

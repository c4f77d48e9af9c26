import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runInThisContext } from 'node:vm';
import { callerOf } from '../../../../src/query-timing/scopes/callers/caller';
import { readPosition } from '../../../../src/query-timing/scopes/callers/source-maps';
import { markedLines } from '../marked-lines';

const marked = markedLines(__filename);
const folder = mkdtempSync(join(tmpdir(), 'source-maps-'));

function called(): string | undefined {
  return callerOf(called);
}

/** Code and its map, which has one position per line: the same line, column 1, of a source. */
function compiled(name: string, code: string, map: object, reference = `${name}.map`): string {
  const file = join(folder, name);
  writeFileSync(file, `${code}\n//# sourceMappingURL=${reference}\n`);
  writeFileSync(`${file}.map`, JSON.stringify({ version: 3, names: [], mappings: 'AAAA;AACA;AACA', ...map }));
  return file;
}

const inline = (map: object) =>
  `data:application/json;charset=utf-8;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;

describe('the line of a caller', () => {
  const { prepareStackTrace } = Error;
  const { stackTraceLimit } = Error;
  afterEach(() => Object.assign(Error, { prepareStackTrace, stackTraceLimit }));

  it('is the first frame outside of packages and Node', () => {
    const [caller] = [1].map(() => called()); // line: map
    expect(caller).toMatch(marked('map'));
  });

  it('is found whatever the application has done to stacks, and leaves that as it was', () => {
    const formatters = [() => 'nothing', (_: unknown, sites: unknown) => sites, prepareStackTrace];
    const throwing = () => {
      throw new Error('of another library');
    };
    for (const formatter of [...formatters, throwing]) {
      Object.assign(Error, { prepareStackTrace: formatter, stackTraceLimit: 0 });
      expect(called()).toMatch(/^test\/query-timing\/scopes\/callers\/caller\.spec\.ts:\d+:\d+$/);
      expect(Error.prepareStackTrace).toBe(formatter);
      expect(Error.stackTraceLimit).toBe(0);
    }
    Reflect.deleteProperty(Error, 'stackTraceLimit');
    expect(called()).toMatch('caller.spec.ts');
    expect(Object.hasOwn(Error, 'stackTraceLimit')).toBe(false);
  });

  it('is unknown, without an exception, where stacks cannot be read', () => {
    const { captureStackTrace } = Error;
    for (const broken of [undefined, () => undefined, () => Object.assign(Error, { stack: 1 })]) {
      Object.assign(Error, { captureStackTrace: broken });
      const caller = called();
      Object.assign(Error, { captureStackTrace });
      expect(caller).toBeUndefined();
    }
  });

  it('is the one of the application in a bundle with a map, not the one of a package in the same file', () => {
    const sources = ['webpack://some-app/./src/app.ts', 'webpack://some-app/./node_modules/some-package/index.js'];
    // The first line is the application's, the second the package's.
    const code =
      '(function app(pkg, call) { return pkg(call); })\n.bind(undefined, function pkg(call) { return call(); })';
    const file = compiled('bundle.js', code, { sources, mappings: 'AAAA;ACAA' });
    const app = runInThisContext(code, { filename: file }) as (call: () => string | undefined) => string | undefined;
    expect(app(called)).toBe('src/app.ts:1:1');
  });

  it('is at most 200 characters long', () => {
    const filename = `/${'long/'.repeat(100)}file.js`;
    const run = runInThisContext('(call) => call()', { filename }) as typeof callerOf;
    expect(run(called as never)).toMatch(/^….{187}file\.js:1:11$/);
  });
});

describe('the position in a source', () => {
  it.each([
    ['beside the file', { sources: ['../src/a.ts'] }, join(folder, '../src/a.ts')],
    ['below its root', { sourceRoot: '../root/', sources: ['a.ts'] }, join(folder, '../root/a.ts')],
    ['by its URL', { sources: ['webpack://app/./a.ts'] }, 'webpack://app/./a.ts'],
  ])('is read from the map %s', (name, map, source) => {
    const file = compiled(`${name.replaceAll(' ', '-')}.js`, 'one();\ntwo();', map);
    expect(readPosition(file, 2, 4)).toEqual({ source, line: 2, column: 1 });
  });

  it('is read from a map in the file itself, however long it is', () => {
    const sourcesContent = ['x'.repeat(10_000)];
    const map = { version: 3, names: [], sources: ['a.ts'], mappings: 'AAAA;AACA' };
    for (const [name, content] of [
      ['short.js', undefined],
      ['long.js', sourcesContent],
    ] as const) {
      const file = compiled(name, 'one();\ntwo();', {}, inline({ ...map, sourcesContent: content }));
      expect(readPosition(file, 2, 1)).toEqual({ source: join(folder, 'a.ts'), line: 2, column: 1 });
    }
  });

  it('is unknown without a map, or with one that is broken, missing, too large or without that line', () => {
    const sources = ['a.ts'];
    const without = join(folder, 'without.js');
    writeFileSync(without, 'one();');
    const files = [
      without,
      join(folder, 'missing.js'),
      compiled('no-map.js', 'one();', {}, 'other.map'),
      compiled('broken.js', 'one();', {}, 'data:application/json;base64,xxxx'),
      compiled('empty.js', 'one();', { sources, mappings: '' }),
      compiled('large.js', 'one();', { sources, sourcesContent: ['x'.repeat(2_000_000)] }),
    ];
    for (const file of files)
      expect([relative(folder, file), readPosition(file, 1, 1)]).toEqual([relative(folder, file), undefined]);
  });
});

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isLibraryOfTheTemplate, libraryHash } from '../../tools/library-record.cjs';

const TEMPLATE = resolve(__dirname, '../..');

describe('a service that was made from the template', () => {
  let root: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const lockOf = (versions: Readonly<Record<string, string>>) =>
    JSON.stringify({
      packages: Object.fromEntries(
        Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
      ),
    });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'library-'));
    write('src/query-timing/package.json', JSON.stringify({ peerDependencies: { typeorm: '>=0.3.20' } }));
    write('src/query-timing/sql/fingerprint.ts', 'export const fingerprint = 1;');
    write('test/query-timing/sql/fingerprint.spec.ts', 'it');
    write('package-lock.json', lockOf({ typeorm: '1.1.1', fastify: '5.0.0' }));
    write('package.json', JSON.stringify({ template: { library: libraryHash(root) } }));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('has the library of the template until something of it changes', () => {
    expect(isLibraryOfTheTemplate(root)).toBe(true);
    write('src/query-timing/dist/fingerprint.js', 'made of it');
    write('package-lock.json', lockOf({ typeorm: '1.1.1', fastify: '5.1.0' }));
    write('src/infrastructure/other.ts', 'export const other = 1;');
    expect(isLibraryOfTheTemplate(root)).toBe(true);
  });

  const changes: Readonly<Record<string, () => void>> = {
    'a source': () => write('src/query-timing/sql/fingerprint.ts', 'export const fingerprint = 2;'),
    'a test': () => write('test/query-timing/sql/fingerprint.spec.ts', 'it.only'),
    'a new file': () => write('src/query-timing/sql/other.ts', ''),
    'a file that is gone': () => rmSync(join(root, 'test/query-timing/sql/fingerprint.spec.ts')),
    'a name of a file': () => {
      cpSync(join(root, 'src/query-timing/sql'), join(root, 'src/query-timing/text'), { recursive: true });
      rmSync(join(root, 'src/query-timing/sql'), { recursive: true });
    },
    'the version of a package that it is used with': () => write('package-lock.json', lockOf({ typeorm: '1.2.0' })),
    'another package manager': () => rmSync(join(root, 'package-lock.json')),
    'a conflict in the lock file': () => write('package-lock.json', `<<<<<<< ours\n${read('package-lock.json')}`),
    'a library that was moved': () => rmSync(join(root, 'src/query-timing'), { recursive: true }),
    'no record': () => write('package.json', JSON.stringify({ template: {} })),
  };
  it.each(Object.keys(changes))('tests the library after %s', (change) => {
    changes[change]!();
    expect(isLibraryOfTheTemplate(root)).toBe(false);
  });
});

it('the template always tests its library', () => {
  expect(libraryHash(TEMPLATE)).toMatch(/^[0-9a-f]{32}$/);
  const { template } = JSON.parse(readFileSync(join(TEMPLATE, 'package.json'), 'utf8')) as { template?: object };
  if (template === undefined) expect(isLibraryOfTheTemplate(TEMPLATE)).toBe(false);
});

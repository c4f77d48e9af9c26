import { Application } from './application';

let application: Application;
beforeAll(async () => {
  application = await Application.install('embedded', ['--legacy-peer-deps']);
}, 600_000);
afterAll(() => application?.remove());

const begun = { 'BEGIN: ok': 2, 'COMMIT: ok': 1, 'ROLLBACK: ok': 1, 'OTHER: ok': 1, 'INSERT: ok': 2 };
const ended = ['commit', 'rollback'];
const withoutEnd = expect.stringContaining('Internal error of the query timing (query_probe)') as string;
const withoutPool = expect.stringContaining('The pool of the DataSource "default" has no readable figures') as string;

describe.each([
  ['1.1.1', { counted: { ...begun, 'INSERT: unique': 5 }, lost: 0, warnings: [] }],
  // Its driver for better-sqlite3 reports no failures: they are said to be lost, once.
  ['1.1.0', { counted: begun, lost: 5, warnings: [withoutEnd] }],
])('the packed library with databases inside the process, on TypeORM %s,', (version, onSqlite) => {
  it('counts what libsql and typeorm-pglite run, and has no figures of a pool', async () => {
    const quiet = ['--no-save', '--no-audit', '--no-fund', '--legacy-peer-deps'];
    await application.run(['npm', 'install', ...quiet, `typeorm@${version}`]);
    await application.compile();
    expect(await application.report([process.execPath, 'out/databases.js'])).toEqual({
      libsql: { ...onSqlite, ended, pools: 0 },
      pglite: {
        counted: { ...begun, 'INSERT: unique': 5 },
        ended,
        lost: 0,
        warnings: [withoutPool],
        pools: 0,
      },
    });
  }, 310_000);
});

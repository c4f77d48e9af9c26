import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client } from 'pg';

/** What Jest does before the tests of a run, and then nothing. */
const beginning = `
  require('./test/support/global-setup').default().then(() => console.log(process.env.TEST_DATABASE_URL));
  setInterval(() => {}, 1000);`;

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('tests that a %s stops leave no database server behind', async (signal, exitCode) => {
  const { TEST_DATABASE_URL: _, ...env } = process.env;
  const run = spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', beginning], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [connectionString] = (await once(createInterface(run.stdout), 'line')) as [string];
  run.kill(signal);
  const [code] = (await once(run, 'exit')) as [number | null];
  expect(code).toBe(exitCode);
  await expect(new Client({ connectionString }).connect()).rejects.toThrow('ECONNREFUSED');
});

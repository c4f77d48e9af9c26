import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { PackagesUnavailableError, WrongSystemError } from '../../test/support/debian/debian-packages';
import { run } from '../../tools/command-line';
import { SERVERS, versionOf, type Server } from './servers';

const root = resolve(__dirname, '../..');

interface Outcome {
  readonly title: string;
  readonly version: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
}

async function test(server: Server): Promise<Outcome> {
  const { title } = server;
  try {
    const version = await versionOf(await server.fetch());
    console.log(`\n${title}: ${version}`);
    const result = (await runTests(server)) === 0 ? 'passed' : 'failed';
    return { title, version, result };
  } catch (error) {
    if (!(error instanceof PackagesUnavailableError)) throw error;
    const result = error instanceof WrongSystemError ? 'skipped' : 'failed';
    return { title, version: '', result, reason: error.message };
  }
}

/** @returns the exit code */
function runTests({ tests, suite }: Server): Promise<number> {
  const { project, files, env } = suite ?? { project: 'servers', files: `servers/${tests.replaceAll('.', '\\.')}\\.` };
  const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', project, '--maxWorkers=1'];
  const child = spawn(process.execPath, [...jest, '--testPathPatterns', files], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return new Promise((ended, failed) => child.once('error', failed).once('close', (code) => ended(code ?? 1)));
}

void run(
  new Command('servers')
    .description(
      'Tests the library, the service and the alerts on servers of other releases of Debian, which it downloads into the project’s cache once. ' +
        'On a system other than Debian the tests are skipped.',
    )
    .addArgument(new Argument('[servers...]', 'default: all').choices(SERVERS.map(({ tests }) => tests)))
    .option('--all', 'fail instead of skipping')
    .action(async (names: string[], { all }: { all?: boolean }) => {
      const outcomes: Outcome[] = [];
      for (const server of SERVERS) {
        if (names.length === 0 || names.includes(server.tests)) outcomes.push(await test(server));
      }
      console.log();
      for (const { title, version, result, reason } of outcomes) {
        console.log([title.padEnd(18), version.padEnd(8), result, reason && `(${reason})`].filter(Boolean).join(' '));
      }
      const isFailure = ({ result }: Outcome) => result === 'failed' || (all === true && result === 'skipped');
      if (outcomes.length === 0 || outcomes.some(isFailure)) process.exitCode = 1;
    }),
);

import { spawn } from 'node:child_process';
import { delimiter, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { run } from '../../tools/command-line';
import { bringNode } from './bring-node';

const root = resolve(__dirname, '../..');

/** Runs the suites with that Node, which is also the first `node` on their PATH. @returns the exit code */
function runTests(node: string, options: readonly string[]): Promise<number> {
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(node, [join(root, 'tools/run-tests.mjs'), ...options], {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: 'inherit',
  });
  return new Promise((ended, failed) => child.once('error', failed).once('close', (code) => ended(code ?? 1)));
}

void run(
  new Command('nodes')
    .description('Runs the tests with each supported version of Node, or with the given ones.')
    .argument('[versions...]', 'such as 22 or 24.9.0', ['20', '22', '24', '26'])
    .option('--only <suites>', 'these suites only, separated by commas')
    .action(async (versions: string[], { only }: { only?: string }) => {
      const outcomes: string[] = [];
      for (const version of versions) {
        const code = await runTests(bringNode(version), only ? ['--only', only] : []);
        outcomes.push(`Node ${version}: ${code === 0 ? 'passed' : 'failed'}`);
        if (code !== 0) process.exitCode = 1;
      }
      console.log(outcomes.join('\n'));
    }),
);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { acts } from '../../tools/demo/faults/acts';

it('the demo of faults finds each of them counted where it belongs', async () => {
  const demo = spawn(process.execPath, ['--require', 'tsx/cjs', 'tools/demo/main.ts', '--faults'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, progress] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'close')]);
  if (demo.exitCode !== 0) throw new Error(`It ended with ${demo.exitCode}.\n${output}${progress}`);
  for (const { name, what } of acts) expect(output).toContain(`${name}: ${what}\n`);
  expect(output).not.toContain('<-');
  expect(output).toContain('Each was counted where it belongs, and nowhere else.');
});

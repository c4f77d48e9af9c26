import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endGroup } from '../../tools/service-process/process-group';
import { isAlive } from '../support/service-process';

/** Starts a process that ends by itself, and leaves another one of its group. */
async function groupWithoutLeader(leftBehind: string): Promise<{ readonly leader: number; readonly left: number }> {
  const script = `
    const { spawn } = require('node:child_process');
    const left = spawn(process.execPath, ['-e', ${JSON.stringify(leftBehind)}], { stdio: ['ignore', 'pipe', 'ignore'] });
    left.stdout.once('data', () => {
      console.log(left.pid);
      process.exit();
    });
  `;
  const leader = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const [[pid]] = (await Promise.all([once(leader.stdout, 'data'), once(leader, 'exit')])) as [[Buffer], unknown];
  return { leader: leader.pid!, left: Number(pid.toString()) };
}

it('what a process has left behind ends before the next step, after what it does at the end', async () => {
  const { leader, left } = await groupWithoutLeader(`
    process.once('SIGTERM', () => setTimeout(() => process.exit(), 200)).on('SIGTERM', () => {});
    setInterval(() => {}, 1_000);
    console.log('ready');
  `);
  expect(isAlive(left)).toBe(true);
  await endGroup(leader);
  expect(isAlive(left)).toBe(false);
});

it('a group without processes has ended', async () => {
  const leader = spawn(process.execPath, ['-e', ''], { detached: true });
  await once(leader, 'exit');
  await endGroup(leader.pid!);
});

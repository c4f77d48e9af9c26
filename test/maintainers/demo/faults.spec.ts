import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { steps } from '../../../maintainers/demo/faults/steps';
import { faultsTable, isCounted } from '../../../maintainers/demo/faults/report';
import { gains } from '../../../maintainers/demo/faults/series';

it('npm run demo -- --faults finds every step counted correctly', async () => {
  const demo = spawn(process.execPath, ['--require', 'tsx/cjs', 'maintainers/demo/main.ts', '--faults'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, progress] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'close')]);
  if (demo.exitCode !== 0) throw new Error(`It exited with ${demo.exitCode}.\n${output}${progress}`);
  for (const { name, what } of steps) expect(output).toContain(`${name}: ${what}\n`);
  expect(output).not.toContain('<-');
  expect(output).toContain('Every step was counted correctly.');
}, 120_000);

describe('the increase of the series', () => {
  const deadlocks = 'db_query_errors_total{query_type="UPDATE",error_class="deadlock"}';
  const rows = 'db_query_streamed_rows_total';
  const before = new Map([
    [rows, 3],
    [deadlocks, 1],
  ]);
  const countedWith = (after: Map<string, number>, statuses = steps[0]!.statuses) => ({
    step: steps[0]!,
    statuses,
    gains: gains(before, after, { [rows]: 5 }),
  });

  it('is right when it is what was expected, and no other failure was counted', () => {
    const counted = countedWith(new Map([...before, [rows, 8]]));
    expect(isCounted(counted)).toBe(true);
    expect(faultsTable([counted])).not.toContain('<-');
  });

  it.each([
    ['too little', new Map([...before, [rows, 7]]), `${rows} +\\+4  <- expected \\+5`],
    ['a series that is gone', new Map(), `${rows} +\\+-3  <- expected \\+5`],
    ['an unexpected failure', new Map([...before, [rows, 8], [deadlocks, 2]]), 'deadlock"} +\\+1  <- expected \\+0'],
  ])('is wrong with %s, and marked', (_, after, line) => {
    const counted = countedWith(after);
    expect(isCounted(counted)).toBe(false);
    expect(faultsTable([counted])).toMatch(new RegExp(line));
  });

  it('is wrong when the service responded differently', () => {
    const counted = countedWith(new Map([...before, [rows, 8]]), [500]);
    expect(isCounted(counted)).toBe(false);
    expect(faultsTable([counted])).toContain('responded 500  <- expected 200');
  });
});

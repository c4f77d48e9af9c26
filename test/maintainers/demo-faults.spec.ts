import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { acts } from '../../maintainers/demo-faults/acts';
import { faultsTable, isCounted } from '../../maintainers/demo-faults/report';
import { gains } from '../../maintainers/demo-faults/series';

it('the demo of faults finds each of them counted where it belongs', async () => {
  const demo = spawn(process.execPath, ['--require', 'tsx/cjs', 'maintainers/demo-faults/main.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, progress] = await Promise.all([text(demo.stdout), text(demo.stderr), once(demo, 'close')]);
  if (demo.exitCode !== 0) throw new Error(`It ended with ${demo.exitCode}.\n${output}${progress}`);
  for (const { name, what } of acts) expect(output).toContain(`${name}: ${what}\n`);
  expect(output).not.toContain('<-');
  expect(output).toContain('Each was counted where it belongs, and nowhere else.');
}, 120_000);

describe('what a fault has gained', () => {
  const deadlocks = 'db_query_errors_total{query_type="UPDATE",error_class="deadlock"}';
  const rows = 'db_query_streamed_rows_total';
  const before = new Map([
    [rows, 3],
    [deadlocks, 1],
  ]);
  const playedWith = (after: Map<string, number>, statuses = acts[0]!.statuses) => ({
    act: acts[0]!,
    statuses,
    gains: gains(before, after, { [rows]: 5 }),
  });

  it('is right when it is what was expected, and nothing else of trouble', () => {
    const played = playedWith(new Map([...before, [rows, 8]]));
    expect(isCounted(played)).toBe(true);
    expect(faultsTable([played])).not.toContain('<-');
  });

  it.each([
    ['too little', new Map([...before, [rows, 7]]), `${rows} +\\+4  <- expected \\+5`],
    ['a series that is gone', new Map(), `${rows} +\\+-3  <- expected \\+5`],
    ['trouble that nobody made', new Map([...before, [rows, 8], [deadlocks, 2]]), 'deadlock"} +\\+1  <- expected \\+0'],
  ])('is wrong with %s, and marked', (_, after, line) => {
    const played = playedWith(after);
    expect(isCounted(played)).toBe(false);
    expect(faultsTable([played])).toMatch(new RegExp(line));
  });

  it('is wrong when the service answered in another way', () => {
    const played = playedWith(new Map([...before, [rows, 8]]), [500]);
    expect(isCounted(played)).toBe(false);
    expect(faultsTable([played])).toContain('answered 500  <- expected 200');
  });
});

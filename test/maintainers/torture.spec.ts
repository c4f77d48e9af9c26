import { commandLine, type Options } from '../../maintainers/torture/command-line';
import type { Figure, Outcome } from '../../maintainers/torture/figure';
import { figures } from '../../maintainers/torture/figures';
import { jsonOf, missesOf, tableOf, type Line } from '../../maintainers/torture/scoreboard';

describe('the command line of the scoreboard', () => {
  function parse(...args: string[]): Options {
    let given: Options | undefined;
    commandLine(figures)
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .action((options: Options) => void (given = options))
      .parse(['node', 'torture', ...args]);
    return given!;
  }

  it('selects figures by their numbers, and gives each a time', () => {
    expect(parse()).toMatchObject({ json: expect.stringMatching(/result\.json$/) });
    expect(parse('--figure', '2', '--figure', '1', '--minutes', '3', '--short', '--json', 'a.json')).toEqual({
      figure: [2, 1],
      minutes: 3,
      short: true,
      json: 'a.json',
    });
  });

  it.each([
    [['--figure', '0'], 'no figure has this number'],
    [['--figure', '17'], 'no figure has this number'],
    [['--figure', 'one'], 'no figure has this number'],
    [['--minutes', '0'], 'Expected a whole number from 1'],
    [['--minutes', '1.5'], 'Expected a whole number from 1'],
    [['--json'], 'argument missing'],
    [['--hours', '1'], 'unknown option'],
    [['everything'], 'too many arguments'],
  ])('refuses %j', (args, why) => {
    expect(() => parse(...args)).toThrow(why);
  });

  it('lists the figures in its help', () => {
    let help = '';
    const command = commandLine(figures).configureOutput({ writeOut: (text) => (help += text) });
    command.outputHelp();
    for (const { name } of figures) expect(help).toContain(name);
  });
});

describe('the verdict on a figure', () => {
  const good: Outcome = { value: 'none lost', wrong: [], whole: true, measured: { lost: 0 } };
  const failed: Outcome = { value: 'some lost', wrong: ['some were lost'], whole: true, measured: { lost: 3 } };
  const slow: Outcome = { ...good, value: 'slow', beyond: ['too slow'] };
  const lineOf = (outcome: Outcome, control: Outcome): Line => ({
    figure: { number: 1, name: 'writes lost', target: 'none', guard: 'the guard' } as Figure,
    outcome,
    control,
    seconds: 1,
  });

  it.each([
    ['met', good, failed, false, []],
    ['met so far', { ...good, whole: false }, failed, false, []],
    ['missed', failed, failed, false, ['some were lost']],
    ['missed', good, good, false, ['the control did not fail: none lost']],
    ['missed', slow, failed, false, ['too slow']],
    ['met', good, slow, false, []],
    ['met', slow, failed, true, []],
    ['missed', good, slow, true, ['the control did not fail: slow']],
  ])('is "%s" with %j, the control %j, and short: %j', (verdict, outcome, control, short, misses) => {
    const line = lineOf(outcome, control);
    expect(missesOf(line, short)).toEqual(misses);
    const [, , row] = tableOf([line], short).split('\n');
    expect(row!.split('|').map((cell) => cell.trim())).toEqual([
      '',
      '1',
      'writes lost',
      'none',
      outcome.value,
      verdict,
      `the guard: ${control.value}`,
      '',
    ]);
    expect(JSON.parse(jsonOf([line], short))).toEqual([
      expect.objectContaining({ number: 1, verdict, misses, outcome }),
    ]);
  });
});

it('the figures have different numbers and are in their order', () => {
  const numbers = figures.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
});

import { commandLine, type Options } from '../../maintainers/torture/command-line';
import type { Figure, Outcome, Stage } from '../../maintainers/torture/figure';
import { figures } from '../../maintainers/torture/figures';
import { runFigures } from '../../maintainers/torture/run-figures';
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

describe('a run', () => {
  const right: Outcome = { value: 'right', wrong: [], whole: true, measured: {} };
  const wrong: Outcome = { ...right, value: 'wrong', wrong: ['one is lost'] };
  const said: string[] = [];
  const progress = { say: (line: string) => void said.push(line), update: () => undefined } as never;
  const given = { progress, signal: new AbortController().signal };
  beforeEach(() => void (said.length = 0));

  /** A figure whose runs, and whose controls, have these outcomes, the last one from then on. */
  function aFigure(outcomes: readonly (Outcome | Error)[], controls: readonly Outcome[] = [wrong]) {
    const deadlines: number[] = [];
    let [runs, controlled] = [0, 0];
    const figure = {
      number: 1,
      name: 'writes lost',
      target: 'none',
      minutes: 1,
      guard: 'the guard',
      run: ({ deadline }: Stage) => {
        deadlines.push(deadline);
        const outcome = outcomes[Math.min(runs++, outcomes.length - 1)]!;
        return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
      control: ({ deadline }: Stage) => {
        deadlines.push(deadline);
        return Promise.resolve(controls[Math.min(controlled++, controls.length - 1)]!);
      },
    };
    return { figure, deadlines, counts: () => ({ runs, controlled }) };
  }
  const short = { short: true, attempts: 1 };

  it('repeats a control that does not fail, up to three times, and gives it no deadline', async () => {
    const lucky = aFigure([right], [right, wrong]);
    expect((await runFigures([lucky.figure], given, short)).failures).toEqual([]);
    expect(lucky.counts()).toEqual({ runs: 1, controlled: 2 });
    expect(lucky.deadlines).toEqual([expect.any(Number), Infinity, Infinity]);
    const useless = aFigure([right], [right]);
    expect((await runFigures([useless.figure], given, short)).failures).toEqual([
      '1 writes lost: the control did not fail: right',
    ]);
    expect(useless.counts().controlled).toBe(3);
  });

  it('goes on after a figure that cannot be run', async () => {
    const [broken, good] = [aFigure([new Error('no server')]), aFigure([right])];
    const { lines, failures } = await runFigures([broken.figure, good.figure], given, short);
    expect(failures).toEqual(['1 writes lost: it could not be run: no server']);
    expect(lines.map(({ outcome }) => outcome)).toEqual([right]);
  });

  it('tries a figure again where it may, and says what was wrong', async () => {
    for (const first of [wrong, new Error('no server')]) {
      const once = aFigure([first, right]);
      expect(await runFigures([once.figure], given, { ...short, attempts: 2 })).toMatchObject({ failures: [] });
      expect(said.join('\n')).toMatch(/1 writes lost: (?:one is lost|it could not be run: no server)\n {2}again:/);
    }
    const always = aFigure([wrong]);
    expect((await runFigures([always.figure], given, { ...short, attempts: 2 })).failures).toEqual([
      '1 writes lost: one is lost',
    ]);
    expect(always.counts().runs).toBe(2);
  });
});

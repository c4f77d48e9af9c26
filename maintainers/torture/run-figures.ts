import { CommandError } from '../../tools/command-line';
import type { Session } from '../../tools/session';
import type { Figure } from './figure';
import { runFigure } from './run-figure';
import { missesOf, type Line } from './scoreboard';

/** Of a figure in a short run, which does a fixed number of rounds: enough for them on any machine. */
const SHORT_MINUTES = 5;

type Given = Pick<Session, 'progress' | 'signal'>;

export interface FiguresOptions {
  readonly short: boolean;
  /** For each figure. Default: what its target needs */
  readonly minutes?: number | undefined;
  /** How often a figure that misses its target is run. In CI, where the machine is shared, twice, as a failed test. */
  readonly attempts: number;
}

export interface Scoreboard {
  /** Of figures that could be run. */
  readonly lines: readonly Line[];
  /** Why figures miss their targets, with their names. */
  readonly failures: readonly string[];
}

/** Runs the figures in turn: also those after one that fails. */
export async function runFigures(
  figures: readonly Figure[],
  given: Given,
  options: FiguresOptions,
): Promise<Scoreboard> {
  const lines: Line[] = [];
  const failures: string[] = [];
  for (const figure of figures) {
    let result = await tryFigure(figure, given, options);
    for (let attempt = 1; attempt < options.attempts && result.misses.length > 0; attempt += 1) {
      for (const miss of result.misses) given.progress.say(`${miss}\n  again:`);
      result = await tryFigure(figure, given, options);
    }
    if (result.line) lines.push(result.line);
    failures.push(...result.misses);
  }
  return { lines, failures };
}

interface Result {
  readonly line?: Line;
  readonly misses: readonly string[];
}

async function tryFigure(
  figure: Figure,
  given: Given,
  { short, minutes = short ? SHORT_MINUTES : figure.minutes }: FiguresOptions,
): Promise<Result> {
  const name = `${figure.number} ${figure.name}`;
  given.signal.throwIfAborted();
  try {
    const line = await runFigure(figure, given, { short, minutes });
    return { line, misses: missesOf(line, short).map((why) => `${name}: ${why}`) };
  } catch (error) {
    given.signal.throwIfAborted();
    if (!(error instanceof CommandError)) given.progress.say(String((error as Error).stack));
    return { misses: [`${name}: it could not be run: ${(error as Error).message}`] };
  }
}

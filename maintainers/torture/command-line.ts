import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../../tools/command-line';
import { projectRoot } from '../../tools/service-process/build';
import type { Figure } from './figure';

const MAX_MINUTES = 600;
const RESULT = '.cache/torture/result.json';

export interface Options {
  /** The numbers of the figures; undefined for all. */
  readonly figure?: readonly number[];
  readonly minutes?: number;
  readonly json: string;
  readonly short?: boolean;
}

export function commandLine(figures: readonly Figure[]): Command {
  const numberOf = (text: string): number => {
    const found = figures.find(({ number }) => String(number) === text);
    if (found) return found.number;
    throw new InvalidArgumentError(
      `There are ${figures.map(({ number }) => number).join(', ')}: no figure has this number.`,
    );
  };
  return new Command('torture')
    .description(
      'Puts the service under fire and prints the scoreboard: each figure with its target, and its control, in which a guard is ' +
        'off and which must fail. Everything stays on this machine. Exits with 1 when a figure misses its target.',
    )
    .option('--figure <n>', 'only the figure with this number; may be repeated', (text, before: number[] = []) => [
      ...before,
      numberOf(text),
    ])
    .option('--minutes <m>', 'time for each figure (default: what its target needs)', wholeNumber(1, MAX_MINUTES))
    .addOption(
      new Option('--json <file>', 'the file for everything that was measured').default(
        join(projectRoot, RESULT),
        RESULT,
      ),
    )
    .option('--short', 'a few minutes in all: only counts decide, never times')
    .addHelpText(
      'after',
      `\nFigures:\n${figures.map((figure) => `  ${String(figure.number).padStart(2)}  ${figure.name}: ${figure.target} (${figure.minutes} min)`).join('\n')}`,
    );
}

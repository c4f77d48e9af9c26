import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { CommandError, run } from '../../tools/command-line';
import { buildWhenStale } from '../../tools/service-process/build';
import { session, type Session } from '../../tools/session';
import { commandLine, type Options } from './command-line';
import { figures } from './figures';
import { runFigure } from './run-figure';
import { jsonOf, missesOf, tableOf, type Line } from './scoreboard';

/** Of a figure in a short run, which does a fixed number of rounds: enough for them on any machine. */
const SHORT_MINUTES = 30;

async function torture({ figure: numbers, minutes, json, short = false }: Options, given: Session): Promise<void> {
  const { progress, signal } = given;
  await buildWhenStale((line) => progress.say(line));
  const lines: Line[] = [];
  const failures: string[] = [];
  for (const figure of figures.filter(({ number }) => numbers?.includes(number) ?? true)) {
    signal.throwIfAborted();
    try {
      const extent = { short, minutes: minutes ?? (short ? SHORT_MINUTES : figure.minutes) };
      const line = await runFigure(figure, given, extent);
      lines.push(line);
      failures.push(...missesOf(line, short).map((why) => `${figure.number} ${figure.name}: ${why}`));
    } catch (error) {
      signal.throwIfAborted();
      // The other figures are worth running.
      const reason = error instanceof CommandError ? error.message : String((error as Error).stack);
      progress.say(`${figure.number} ${figure.name}: ${reason}`);
      failures.push(`${figure.number} ${figure.name}: it could not be run: ${(error as Error).message}`);
    }
  }
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, jsonOf(lines, short));
  console.log(`\n${tableOf(lines, short)}\n\nEverything that was measured: ${relative(process.cwd(), json)}`);
  for (const failure of failures) console.log(failure);
  if (failures.length > 0) process.exitCode = 1;
}

void run(commandLine(figures).action((options: Options) => session((given) => torture(options, given))));

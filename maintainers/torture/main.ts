import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { run } from '../../tools/command-line';
import { buildWhenStale } from '../../tools/service-process/build';
import { session, type Session } from '../../tools/session';
import { commandLine, type Options } from './command-line';
import { figures } from './figures';
import { runFigures } from './run-figures';
import { jsonOf, tableOf } from './scoreboard';

async function torture({ figure: numbers, minutes, json, short = false }: Options, given: Session): Promise<void> {
  await buildWhenStale((line) => given.progress.say(line));
  const wanted = figures.filter(({ number }) => numbers?.includes(number) ?? true);
  const attempts = short && process.env.CI ? 2 : 1;
  const { lines, failures } = await runFigures(wanted, given, { short, minutes, attempts });
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, jsonOf(lines, short));
  console.log(`\n${tableOf(lines, short)}\n\nEverything that was measured: ${relative(process.cwd(), json)}`);
  for (const failure of failures) console.log(failure);
  if (failures.length > 0) process.exitCode = 1;
}

void run(commandLine(figures).action((options: Options) => session((given) => torture(options, given))));

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../tools/service-process/build';
import type { Figure, Outcome, Stage } from '../figure';
import type { Measured } from '../rig/distinct-statements';

const WHOLE = 1_000_000;
const SHORT = 10_000;
const MEBIBYTE = 1_048_576;
const MAX_SCRAPE_MS = 1;

/** In a separate process: its heap has nothing else. */
async function measure(stage: Stage, statements: number, library: 'bounded' | 'unbounded'): Promise<Outcome> {
  stage.report(`${statements} statements …`);
  const program = join(__dirname, '../rig/distinct-statements.ts');
  const args = ['--expose-gc', '--require', 'tsx/cjs', program, String(statements), library];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: projectRoot, signal: stage.signal });
  const measured = JSON.parse(stdout) as Measured;
  const { seriesBefore, seriesAfter, heapBytes, scrapeMs } = measured;
  const heap = `${(heapBytes / MEBIBYTE).toFixed(1)} MiB`;
  return {
    value: `series ${seriesBefore} -> ${seriesAfter}, heap +${heap}, scrape ${scrapeMs.toFixed(2)} ms`,
    wrong: seriesAfter !== seriesBefore ? [`${seriesAfter - seriesBefore} more series`] : [],
    beyond: [
      ...(heapBytes > MEBIBYTE ? [`the heap has grown by ${heap}`] : []),
      ...(scrapeMs > MAX_SCRAPE_MS ? [`a scrape takes ${scrapeMs.toFixed(2)} ms`] : []),
    ],
    whole: statements >= WHOLE,
    measured: { ...measured },
  };
}

export const distinctStatements: Figure = {
  number: 13,
  name: '1,000,000 distinct statements',
  target: 'series constant, heap at most +1 MiB, scrape at most 1 ms',
  minutes: 20,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE, 'bounded'),
  guard: 'the number of statements with series is bounded',
  control: (stage) => measure(stage, SHORT, 'unbounded'),
};

import { Command } from 'commander';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../../tools/command-line';
import { compileLibrary } from './compile-library';
import { estimated, pooled, report, resultsIn, type Results } from './results';

/**
 * The overhead of the query timing, compared with alternatives: prints tables and writes them as JSON. Each part runs
 * in a separate process, since OpenTelemetry patches modules that the others use.
 */
const PARTS = ['many-copies', 'scopes', 'independence', 'scraping', 'in-place', 'page', 'explain'];
/** V8 compiles the same code differently in each process, so that one process says little about the next. */
const PROCESSES_OF_LONG = 5;
const DEFAULT_FILE = join(__dirname, '../../../.cache/bench/query-timing.json');

function runPart(part: string, number: number, processes: number): Results {
  console.error(`${part}, ${number} of ${processes} …`);
  const args = [...process.execArgv, join(__dirname, `${part}.ts`)];
  const child = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  return resultsIn(child.stdout);
}

function bench({ long, json }: { long?: true; json: string }): void {
  const processes = long ? PROCESSES_OF_LONG : 1;
  const started = new Date();
  compileLibrary();
  const results: Results = { rows: [], bars: [] };
  for (const part of PARTS) {
    const [first, ...more] = Array.from({ length: processes }, (_, index) => runPart(part, index + 1, processes));
    const { rows, bars } = pooled([first!, ...more]);
    results.rows.push(...rows);
    results.bars.push(...bars);
  }
  const estimates = estimated(results);
  process.exitCode = report(estimates) ? 0 : 1;
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify({ machine, date: started.toISOString(), ...estimates }, undefined, 2)}\n`);
  console.log(`\n${machine}, ${started.toISOString()}, ${Math.round((Date.now() - started.getTime()) / 1000)} s`);
}

void run(
  new Command('bench')
    .description('The overhead of the query timing, compared with alternatives. Exits with 1 when a limit is exceeded.')
    .option('--long', `the mean of ${PROCESSES_OF_LONG} processes, which takes ${PROCESSES_OF_LONG} times as long`)
    .option('--json <file>', 'where to write the results', DEFAULT_FILE)
    .action(bench),
);

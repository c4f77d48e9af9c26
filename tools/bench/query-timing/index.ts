import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { compileLibrary } from './compile-library';
import { report, resultsIn, type Results } from './results';

/**
 * What the query timing costs, beside what others cost. Prints tables, writes them as JSON, and exits with 1 when a bar
 * is missed. `--long` goes on eight times as long; `--json <file>` says where to write.
 *
 * Each part has a process of its own: OpenTelemetry rewrites modules that the others use.
 */
const PARTS = ['amplified', 'independence', 'scraping', 'in-place'];
const JSON_FLAG = process.argv.indexOf('--json');
const DEFAULT_FILE = join(__dirname, '../../../.cache/bench/query-timing.json');
const OUTPUT = JSON_FLAG < 0 ? DEFAULT_FILE : (process.argv[JSON_FLAG + 1] ?? DEFAULT_FILE);

function run(part: string): Results {
  const args = [...process.execArgv, join(__dirname, `${part}.ts`), ...process.argv.slice(2)];
  const child = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  return resultsIn(child.stdout);
}

const started = new Date();
compileLibrary();
const results: Results = { rows: [], bars: [] };
for (const part of PARTS) {
  const { rows, bars } = run(part);
  results.rows.push(...rows);
  results.bars.push(...bars);
}
process.exitCode = report(results) ? 0 : 1;
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
mkdirSync(dirname(OUTPUT), { recursive: true });
writeFileSync(OUTPUT, `${JSON.stringify({ machine, date: started.toISOString(), ...results }, undefined, 2)}\n`);
console.log(`\n${machine}, ${started.toISOString()}, ${Math.round((Date.now() - started.getTime()) / 1000)} s`);

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../../..');
const SOURCE = join(ROOT, 'src/query-timing');
const COMPILED = join(ROOT, '.cache/bench/query-timing');

type Core = typeof import('../../../src/query-timing/core');
type Recorder = typeof import('../../../src/query-timing/query-recorder');
type QueryProbe = typeof import('../../../src/query-timing/probes/query-probe');
type StatementEnds = typeof import('../../../src/query-timing/probes/statement-ends');
type TransactionProbe = typeof import('../../../src/query-timing/probes/transaction-probe');
type Faults = typeof import('../../../src/query-timing/internal-faults');
type Table = typeof import('../../../src/query-timing/sinks/metrics/metrics-table');
type Metrics = typeof import('../../../src/query-timing/sinks/metrics/query-metrics');
type Top = typeof import('../../../src/query-timing/sinks/metrics/top-statements');
type Log = typeof import('../../../src/query-timing/sinks/slow-query-log');
type Options = typeof import('../../../src/query-timing/query-timing.options');
type Dialect = typeof import('../../../src/query-timing/sql/dialect');
type Probes = typeof import('../../../src/query-timing/probes/pool-probe') &
  typeof import('../../../src/query-timing/probes/stream-probe');

/** One instance of the library's modules, which shares nothing with another. */
export type Library = Core &
  Recorder &
  QueryProbe &
  StatementEnds &
  TransactionProbe &
  Faults &
  Table &
  Metrics &
  Top &
  Log &
  Options &
  Dialect &
  Probes;

const MODULES = [
  'core',
  'query-recorder',
  'probes/query-probe',
  'probes/statement-ends',
  'probes/transaction-probe',
  'probes/pool-probe',
  'probes/stream-probe',
  'internal-faults',
  'sinks/metrics/metrics-table',
  'sinks/metrics/query-metrics',
  'sinks/metrics/top-statements',
  'sinks/slow-query-log',
  'query-timing.options',
  'sql/dialect',
];

/** Compiles the library as it is published: what is measured is what ships, not what a development tool makes of it. */
export function compileLibrary(): void {
  rmSync(COMPILED, { recursive: true, force: true });
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name === 'query-timing.module.ts' || name === 'index.ts') continue;
    const { outputText } = ts.transpileModule(readFileSync(join(SOURCE, name), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, useDefineForClassFields: false },
    });
    const target = join(COMPILED, relative(SOURCE, join(SOURCE, name)).replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
}

/** Loads the library once more. Copies are what amplifies a cost of nanoseconds into one that can be measured. */
export function loadLibrary(): Library {
  const load = createRequire(join(COMPILED, 'index.js'));
  for (const path of Object.keys(load.cache)) if (path.startsWith(COMPILED)) delete load.cache[path];
  return Object.assign({}, ...MODULES.map((name) => load(`./${name}.js`) as object)) as Library;
}

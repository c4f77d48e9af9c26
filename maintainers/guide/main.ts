import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { Client } from 'pg';
import { CommandError, run, UsageError, wholeNumber } from '../../tools/command-line';
import { Progress } from '../../tools/progress';
import { startTemporaryPostgres } from '../../tools/service-process/temporary-postgres';
import { UndoList } from '../../tools/undo-list';
import { failedExpectations, failedSpeedup } from './case-check';
import type { DatabaseUrls } from './case-schema';
import { cases } from './cases';
import { findCases, suggestionsFor } from './find-cases';
import type { GuideCase } from './guide-case';
import { measureCase } from './measure';
import type { Environment, RecordedCase } from './measurements';
import type * as pages from './guide-pages';
import { measurementFile, pageOf } from './paths';
import { report } from './report';

const RUNS = 25;
/** The default durability; the rest keeps background work out of the figures. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  autovacuum: 'off',
  'pg_stat_statements.track': 'top',
};

interface Options {
  readonly find?: string;
  readonly list?: true;
  readonly rows?: number;
  readonly write?: true;
}

const program = new Command('guide')
  .description(
    'Runs the cases of docs/guides/QUERY-OPTIMIZATION-GUIDE.md on a temporary PostgreSQL: creates the data, runs the slow ' +
      'and the recommended variant of each case, and prints plans, times, pages, statements and metrics.',
  )
  .argument(
    '[cases...]',
    'names of cases; all if there are none',
    (name: string, before: readonly GuideCase[] = []) => [...before, caseNamed(name)],
  )
  .option('--list', 'lists the cases')
  .option('--find <word>', 'lists the cases about a word: OFFSET, count(*), IN, LIKE, lock, findAndCount …')
  .option('--rows <number>', 'limits the rows of the largest table, for a faster run', wholeNumber(1, 1_000_000_000))
  .option('--write', 'records the figures and writes them into the pages')
  .action(async (named: readonly GuideCase[] = [], options: Options) => {
    const chosen = named.length > 0 ? named : cases;
    if (options.write && options.rows !== undefined)
      throw new UsageError('--write records the full number of rows: leave out --rows.');
    if (options.find !== undefined) printFound(options.find);
    else if (options.list) printList(chosen);
    else await runCases(chosen, options);
  });

function caseNamed(name: string): GuideCase {
  const found = cases.find((one) => one.name === name);
  if (found) return found;
  throw new InvalidArgumentError(`There is no such case; \`npm run guide -- --list\` names them.`);
}

function printList(chosen: readonly GuideCase[]): void {
  const width = Math.max(...cases.map(({ name }) => name.length));
  for (const { name, symptom } of chosen) console.log(`${name.padEnd(width)}  ${symptom}`);
}

function printFound(word: string): void {
  const found = findCases(cases, word);
  if (found.length === 0) {
    const suggestions = suggestionsFor(cases, word);
    const hint = suggestions.length > 0 ? `Similar words: ${suggestions.join(', ')}.` : '`--list` lists all cases.';
    throw new CommandError(`No case is about "${word}". ${hint}`);
  }
  for (const { name, title, symptom, fix } of found) {
    console.log(
      `${title}\n  symptom: ${symptom}\n  fix:     ${fix}\n  page:    ${pageOf(name)}\n  run:     npm run guide -- ${name}\n`,
    );
  }
}

async function measureCases(
  chosen: readonly GuideCase[],
  options: Options,
  undo: UndoList,
  signal: AbortSignal,
): Promise<void> {
  const progress = new Progress();
  progress.say('Starting a temporary PostgreSQL.');
  const postgres = await startTemporaryPostgres(undo, SETTINGS, signal);
  const environment = await environmentOf(postgres);
  for (const [index, guideCase] of chosen.entries()) {
    signal.throwIfAborted();
    const rows = Math.min(options.rows ?? Infinity, guideCase.rows);
    const position = `${index + 1} of ${chosen.length}: ${guideCase.name}`;
    const onStep = (step: string) => progress.say(`${position}: ${step}`);
    const measured = await measureCase(guideCase, postgres, { rows, runs: RUNS, onStep });
    const title = `${guideCase.name}: ${guideCase.symptom}\n→ ${guideCase.fix}`;
    console.log(report(measured, `${title}\n${rows.toLocaleString('en')} rows, ${environment.postgres}`));
    const failures = failedExpectations(guideCase, measured);
    if (options.write) failures.push(...failedSpeedup(guideCase, measured));
    for (const failure of failures) progress.say(`Not as expected: ${failure}`);
    if (failures.length > 0) process.exitCode = 1;
    else if (options.write) {
      write({ ...measured, environment });
      progress.say(`Recorded in ${measurementFile(guideCase.name)} and ${pageOf(guideCase.name)}.`);
    }
  }
}

function write(recorded: RecordedCase): void {
  // Loads the TypeScript compiler, which takes a while and which most runs do not need.
  const { formatted, guidePages } = createRequire(__filename)('./guide-pages') as typeof pages;
  const path = measurementFile(recorded.name);
  for (const file of formatted([{ path, content: JSON.stringify(recorded) }])) writeFileSync(file.path, file.content);
  for (const file of guidePages()) writeFileSync(file.path, file.content);
}

async function environmentOf({ adminUrl }: DatabaseUrls): Promise<Environment> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`,
      postgres: `PostgreSQL ${rows[0]!.version}`,
    };
  } finally {
    await client.end();
  }
}

/** Runs the cases until they are done or the process is interrupted. */
async function runCases(chosen: readonly GuideCase[], options: Options): Promise<void> {
  const undo = new UndoList();
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    interruption.abort(new CommandError('Interrupted.'));
    console.error('Interrupted.');
    // A case may take minutes: stopping its server ends it.
    void undo.run().finally(() => process.exit());
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await measureCases(chosen, options, undo, interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  } finally {
    await undo.run();
  }
}

void run(program);

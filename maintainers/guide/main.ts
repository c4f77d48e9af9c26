import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { Client } from 'pg';
import { Failure, wholeNumber } from '../../tools/command-line';
import { Progress } from '../../tools/progress';
import { startTemporaryPostgres } from '../../tools/service-process/temporary-postgres';
import { UndoList } from '../../tools/undo-list';
import { cases } from './cases';
import type { GuideCase } from './guide-case';
import { brokenPromises, notWorthIt } from './judge';
import type { Place } from './laboratory';
import { measureCase } from './measure';
import type { Circumstances, Measurements } from './measurement';
import type * as page from './page';
import { report } from './report';

const RUNS = 25;
/** Durability as PostgreSQL has it; the rest so that a run measures statements and no housekeeping. */
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
  readonly rows?: number;
  readonly list?: true;
  readonly pages?: true;
  readonly write: boolean;
}

const program = new Command('guide')
  .description(
    'Runs the cases of docs/guides/QUERY-OPTIMIZATION-GUIDE.md on a PostgreSQL of its own: builds the data, runs each case in ' +
      'its slow way and in the advised one, prints plans, times, pages, statements and metrics, and writes the figures into the guide.',
  )
  .argument('[cases...]', 'names of cases; all without', (name: string, before: readonly GuideCase[] = []) => [
    ...before,
    caseNamed(name),
  ])
  .option('--list', 'lists the cases')
  .option('--pages', 'rewrites the pages from the recorded figures; runs no case')
  .option(
    '--rows <number>',
    'of the largest table at most: quicker than what a case has, and written nowhere',
    wholeNumber(1, 1_000_000_000),
  )
  .option('--no-write', 'leaves the guide as it is');

function caseNamed(name: string): GuideCase {
  const found = cases.find((one) => one.name === name);
  if (found) return found;
  throw new InvalidArgumentError(`There is no such case; \`npm run guide -- --list\` names them.`);
}

async function run(chosen: readonly GuideCase[], options: Options, undo: UndoList, signal: AbortSignal): Promise<void> {
  const progress = new Progress();
  progress.say('Starting a PostgreSQL of its own.');
  const postgres = await startTemporaryPostgres(undo, SETTINGS, signal);
  const circumstances = await circumstancesOf(postgres);
  const kept = options.write && options.rows === undefined;
  for (const [index, guideCase] of chosen.entries()) {
    signal.throwIfAborted();
    const rows = Math.min(options.rows ?? Infinity, guideCase.rows);
    const place = `${index + 1} of ${chosen.length}: ${guideCase.name}`;
    const onStep = (step: string) => progress.say(`${place}: ${step}`);
    const measured = await measureCase(guideCase, postgres, { rows, runs: RUNS, onStep });
    const title = `${guideCase.name}: ${guideCase.symptom}\n→ ${guideCase.remedy}`;
    console.log(report(measured, `${title}\n${rows.toLocaleString('en')} rows, ${circumstances.postgres}`));
    const broken = [...brokenPromises(guideCase, measured), ...(kept ? notWorthIt(guideCase, measured) : [])];
    for (const promise of broken) progress.say(`Not as promised: ${promise}`);
    if (broken.length > 0) process.exitCode = 1;
    else if (kept) keep({ [guideCase.name]: { ...measured, circumstances } });
  }
  if (kept) progress.say('What is as promised stands in the guide.');
}

function keep(news: Measurements): void {
  // Reads code, with a compiler that takes its time: not for a list or a mistake in the arguments.
  const load = createRequire(__filename);
  const { GUIDE_PAGE, MEASUREMENTS, formatted, withCases } = load('./page') as typeof page;
  const all: Measurements = { ...(JSON.parse(readFileSync(MEASUREMENTS, 'utf8')) as Measurements), ...news };
  const sorted = Object.fromEntries(cases.flatMap(({ name }) => (all[name] ? [[name, all[name]]] : [])));
  writeFileSync(MEASUREMENTS, formatted(JSON.stringify(sorted), MEASUREMENTS));
  writeFileSync(GUIDE_PAGE, formatted(withCases(readFileSync(GUIDE_PAGE, 'utf8'), sorted), GUIDE_PAGE));
}

async function circumstancesOf({ adminUrl }: Place): Promise<Circumstances> {
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

async function main(): Promise<void> {
  program.exitOverride().parse();
  const options = program.opts<Options>();
  const [named = []] = program.processedArgs as [readonly GuideCase[] | undefined];
  const chosen = named.length > 0 ? named : cases;
  if (options.list) {
    const width = Math.max(...cases.map(({ name }) => name.length));
    for (const { name, symptom } of chosen) console.log(`${name.padEnd(width)}  ${symptom}`);
    return;
  }
  if (options.pages) return keep({});
  const undo = new UndoList();
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    interruption.abort(new Failure('Interrupted.'));
    console.error('Interrupted.');
    // A case may have minutes to go; its server ends, and so does what waits for it.
    void undo.run().finally(() => process.exit());
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await run(chosen, options, undo, interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  } finally {
    await undo.run();
  }
}

void main().catch((error: unknown) => {
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
  if (!(error instanceof CommanderError)) console.error(error instanceof Failure ? error.message : error);
});

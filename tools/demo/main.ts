import { Command, CommanderError, Option } from 'commander';
import { UndoList } from '../service-process/undo-list';
import { compare, table, type Comparison } from './comparison';
import { openDatabase } from './database';
import { Drive, SLOW_AT_ONCE } from './drive';
import { Failure } from '../terminal/failure';
import { demonstrateFaults } from './faults/demonstrate-faults';
import { Locks } from './locks';
import { RATIO_TOLERANCE } from './mix';
import { concurrencyOf, queriesOf, slowRatioOf, thresholdOf, urlOf, type Options } from './options';
import { startOwnService } from './own-service';
import { Progress } from '../terminal/progress';
import { findRunningService } from './running-service';
import { readServiceCounts } from './service-metrics';
import { Shop } from './shop';
import { takeSnapshot } from './snapshot';

const DEFAULT_THRESHOLD_MS = 100;
/** npm passes a Ctrl-C on that the terminal has sent to us as well. */
const SAME_WISH_MS = 500;

const program = new Command('demo')
  .description(
    'Drives the service through HTTP until it has made so many database statements, some of them slow because they wait for ' +
      'locks, and compares what PostgreSQL counted with what the metrics of the service say. Exits with 1 when they differ.',
  )
  .option('--queries <number>', 'SELECT, INSERT, UPDATE and DELETE statements, at least', queriesOf, 1_000)
  .option('--slow-ratio <share>', `share of them that is slow, to within ${RATIO_TOLERANCE}`, slowRatioOf, 0.1)
  .option('--concurrency <number>', 'requests at one time', concurrencyOf, 4)
  .option('--slow-threshold <ms>', 'from which on the service calls a query slow', thresholdOf, DEFAULT_THRESHOLD_MS)
  .addOption(
    new Option(
      '--faults',
      'shows instead how queries that are slow, fail, time out, stream or wait are counted',
    ).conflicts(['url']),
  )
  .addHelpText('after', '\nIt starts a service of its own, with a database of its own, and leaves nothing of either.')
  .addOption(
    new Option(
      '--url <url>',
      'drive this service instead, which nobody else may use meanwhile; what is ordered stays in its database',
    ).argParser(urlOf('http:', 'https:')),
  )
  .addOption(
    new Option('--management-url <url>', 'with --url: where its metrics are, when not there').argParser(
      urlOf('http:', 'https:'),
    ),
  )
  .addOption(
    new Option(
      '--database-url <url>',
      'with --url: its database, for a role other than its own (default: DATABASE_URL, else the running embedded one)',
    ).argParser(urlOf('postgres:', 'postgresql:')),
  )
  .addOption(
    new Option('--token <jwt>', 'with --url: whom to order for (default: signed by the running development issuer)'),
  );

/** Options that say more about the service of `--url`. */
const ofRunningService = ['managementUrl', 'databaseUrl', 'token'] as const;

async function demonstrate(options: Options, undo: UndoList, progress: Progress, signal: AbortSignal): Promise<number> {
  const { slowThreshold, concurrency, url, faults } = options;
  if (faults) return demonstrateFaults(undo, progress, signal);
  const stage = url
    ? await findRunningService(url, options)
    : await startOwnService(slowThreshold, undo, progress, signal);
  const { holder, observer, role } = await openDatabase(stage, undo);
  const shop = new Shop(stage.url, stage.token, Math.max(concurrency, SLOW_AT_ONCE));
  undo.add(() => shop.close());

  const locks = new Locks(holder, observer, role, slowThreshold);
  const readCounts = () => readServiceCounts(stage.metricsUrl);
  const before = await takeSnapshot(observer, role, stage.metricsUrl);
  await new Drive(shop, locks, readCounts, progress, options, signal).run(before.service);
  const comparison = compare(before, await takeSnapshot(observer, role, stage.metricsUrl));

  console.log(`\n${table(comparison)}\n`);
  const mistakes = judge(comparison, options.slowRatio, role);
  console.log(mistakes.length > 0 ? mistakes.join('\n') : success(comparison));
  return mistakes.length > 0 ? 1 : 0;
}

function judge({ rows, forgetful, queries, slow }: Comparison, slowRatio: number, role: string): string[] {
  const mistakes: string[] = [];
  if (forgetful) mistakes.push('PostgreSQL forgot statements meanwhile: raise its pg_stat_statements.max.');
  if (rows.some(({ agrees }) => !agrees)) {
    mistakes.push(
      'The counts differ. Either one of them is wrong, or something else ran statements as ' +
        `${role} meanwhile: another service, or a session of somebody’s.`,
    );
  }
  if (Math.abs(slow / queries - slowRatio) > Math.max(RATIO_TOLERANCE, 1 / queries)) {
    const reason =
      slow > slowRatio * queries
        ? 'The machine, or somebody else’s load, makes statements slow by itself.'
        : 'The threshold of the service is another one than --slow-threshold.';
    mistakes.push(`A share of ${(slow / queries).toFixed(3)} was slow; asked for was ${slowRatio}. ${reason}`);
  }
  return mistakes;
}

const success = ({ queries, slow }: Comparison): string =>
  `PostgreSQL and the service count the same. ${slow} of ${queries} statements were slow: ${(slow / queries).toFixed(3)}.`;

async function main(options: Options): Promise<void> {
  const undo = new UndoList();
  const progress = new Progress();
  const interruption = new AbortController();
  let interruptedAt = 0;
  const interrupt = (signal: NodeJS.Signals): void => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    if (interruptedAt === 0) {
      interruptedAt = performance.now();
      interruption.abort(new Failure('Interrupted.'));
    } else if (performance.now() - interruptedAt > SAME_WISH_MS) {
      // What was started ends with this process.
      process.exit();
    }
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const exitCode = await demonstrate(options, undo, progress, interruption.signal);
    process.exitCode ??= exitCode;
  } catch (error) {
    progress.end();
    if (interruption.signal.aborted) progress.say('Interrupted.');
    else {
      console.error(error instanceof Failure ? error.message : error);
      process.exitCode = 1;
    }
  } finally {
    await undo.run();
  }
}

function parse(): Options {
  const options = program.exitOverride().parse().opts<Options>();
  const stray = options.url ? undefined : ofRunningService.find((name) => options[name] !== undefined);
  if (stray)
    program.error(
      `error: --${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is of use with --url only.`,
    );
  return options;
}

void (async () => {
  try {
    await main(parse());
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
    if (!(error instanceof CommanderError)) console.error(error);
  }
})();

import { CommanderError } from 'commander';
import { UndoList } from '../service-process/undo-list';
import { optionsIn } from './command-line';
import { compare, table, type Comparison } from './comparison';
import { openDatabase } from './database';
import { Drive, SLOW_AT_ONCE } from './drive';
import { Failure } from '../terminal/failure';
import { demonstrateFaults } from './faults/demonstrate-faults';
import { Locks } from './locks';
import { RATIO_TOLERANCE } from './mix';
import type { Options } from './options';
import { startOwnService } from './own-service';
import { Progress } from '../terminal/progress';
import { findRunningService } from './running-service';
import { readServiceCounts } from './service-metrics';
import { Shop } from './shop';
import { takeSnapshot } from './snapshot';

/** npm passes a Ctrl-C on that the terminal has sent to us as well. */
const SAME_WISH_MS = 500;

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

void (async () => {
  try {
    await main(optionsIn(process.argv));
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
    if (!(error instanceof CommanderError)) console.error(error);
  }
})();

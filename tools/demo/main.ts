import { run } from '../command-line';
import { session, type Session } from '../session';
import { commandLine } from './command-line';
import { compare, table, type Comparison } from './comparison';
import { openDatabase } from './database';
import { Drive, SLOW_AT_ONCE } from './drive';
import { Locks } from './locks';
import { RATIO_TOLERANCE } from './mix';
import type { Options } from './options';
import { startOwnService } from './own-service';
import { findRunningService } from './running-service';
import { readServiceCounts } from './service-metrics';
import { Shop } from './shop';
import { takeSnapshot } from './snapshot';

async function demonstrate(options: Options, { undo, progress, signal }: Session): Promise<void> {
  const { slowThreshold, concurrency, url } = options;
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
  if (mistakes.length > 0) process.exitCode = 1;
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

void run(commandLine().action((options: Options) => session((given) => demonstrate(options, given))));

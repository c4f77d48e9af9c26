import { run } from '../../tools/command-line';
import { startOwnService } from '../../tools/demo/own-service';
import { findRunningService } from '../../tools/demo/running-service';
import { readServiceCounts } from '../../tools/demo/service-metrics';
import { Shop } from '../../tools/demo/shop';
import { session, type Session } from '../../tools/session';
import { commandLine, type Options } from './command-line';
import { compare, table, type Comparison } from './comparison';
import { databaseUrlOf, openDatabase } from './database';
import { Drive, SLOW_CONCURRENCY } from './drive';
import { demonstrateFaults } from './faults/demonstrate-faults';
import { makeTrouble } from './faults/trouble';
import { Locks } from './locks';
import { RATIO_TOLERANCE } from './slow-requests';
import { takeSnapshot } from './snapshot';

async function demonstrate(options: Options, given: Session): Promise<void> {
  const { faults, slowThreshold, concurrency, url } = options;
  if (faults && url) return makeTrouble(faults === true ? 'blocked' : faults, options, given);
  if (faults) return demonstrateFaults(given);
  const { undo, progress, signal } = given;
  const target = url
    ? { ...(await findRunningService(url, options)), databaseUrl: databaseUrlOf(options) }
    : await startOwnService({ QUERY_TIMING_SLOW_THRESHOLD_MS: String(slowThreshold) }, given);
  const { holder, observer, role } = await openDatabase(target, undo);
  const shop = new Shop(target.url, target.token, Math.max(concurrency, SLOW_CONCURRENCY));
  undo.add(() => shop.close());

  const locks = new Locks(holder, observer, role, slowThreshold);
  const readCounts = () => readServiceCounts(target.metricsUrl);
  const before = await takeSnapshot(observer, role, target.metricsUrl);
  await new Drive(shop, locks, readCounts, progress, options, signal).run(before.service);
  const comparison = compare(before, await takeSnapshot(observer, role, target.metricsUrl));

  console.log(`\n${table(comparison)}\n`);
  const mistakes = mistakesIn(comparison, options.slowRatio, role);
  console.log(mistakes.length > 0 ? mistakes.join('\n') : success(comparison));
  if (mistakes.length > 0) process.exitCode = 1;
}

function mistakesIn({ rows, wasTruncated, queries, slow }: Comparison, slowRatio: number, role: string): string[] {
  const mistakes: string[] = [];
  if (wasTruncated) mistakes.push('PostgreSQL has discarded statements meanwhile: raise its pg_stat_statements.max.');
  if (rows.some(({ agrees }) => !agrees)) {
    mistakes.push(
      'The counts differ. Either one of them is wrong, or something else ran statements as ' +
        `${role} meanwhile: another service, a session, or the service itself, if it captures plans (QUERY_TIMING_EXPLAIN) ` +
        'or sends events (OUTBOX_RELAY).',
    );
  }
  if (Math.abs(slow / queries - slowRatio) > Math.max(RATIO_TOLERANCE, 1 / queries)) {
    const reason =
      slow > slowRatio * queries
        ? 'The machine is busy, so that other statements are slow too.'
        : 'The service has another threshold than --slow-threshold.';
    mistakes.push(`The share of slow statements is ${(slow / queries).toFixed(3)} instead of ${slowRatio}. ${reason}`);
  }
  return mistakes;
}

const success = ({ queries, slow }: Comparison): string =>
  `PostgreSQL and the service count the same. ${slow} of ${queries} statements were slow: ${(slow / queries).toFixed(3)}.`;

void run(commandLine().action((options: Options) => session((given) => demonstrate(options, given))));

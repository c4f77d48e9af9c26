import { InvalidArgumentError, Option, type Command } from 'commander';
import { wholeNumber } from '../../tools/command-line';
import { demoCommand, urlOf, type DemoOptions } from '../../tools/demo/command-line';
import { TROUBLES, type Trouble } from './faults/troubles';
import { maxSlowRatio, RATIO_TOLERANCE, requestsPerRound, statementsPerRound } from './slow-requests';

/** With a higher one the lock_timeout of the service, 2 s by default, would end the statements that are to be slow. */
const MAX_THRESHOLD_MS = 1_000;

export interface Options extends DemoOptions {
  readonly slowRatio: number;
  /** Milliseconds. */
  readonly slowThreshold: number;
  readonly databaseUrl?: string;
  /** With `url`: which. */
  readonly faults?: Trouble | true;
}

function slowRatioOf(text: string): number {
  const ratio = /^(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (!(ratio >= 0 && ratio <= 1)) throw new InvalidArgumentError('Expected a number from 0 to 1.');
  const max = Math.floor(maxSlowRatio * 100) / 100;
  if (ratio <= max) return ratio;
  throw new InvalidArgumentError(
    `The maximum is ${max}: ${requestsPerRound} requests run ${statementsPerRound} statements, and only one statement of ` +
      'each request can be made to wait for a lock.',
  );
}

export function commandLine(): Command {
  return demoCommand(
    'Sends requests to the service until it has run the given number of statements, makes some of them slow with locks, and ' +
      'compares the counts of PostgreSQL with the metrics of the service. Exits with 1 when they differ.',
  )
    .option('--slow-ratio <share>', `share of slow statements, to within ${RATIO_TOLERANCE}`, slowRatioOf, 0.1)
    .option('--slow-threshold <ms>', 'the slow-query threshold of the service', wholeNumber(1, MAX_THRESHOLD_MS), 100)
    .addOption(
      new Option(
        '--database-url <url>',
        'with --url: its database, for another role than its own (default: DATABASE_URL, else the running embedded one)',
      ).argParser(urlOf('postgres:', 'postgresql:')),
    )
    .addOption(
      new Option(
        '--faults [trouble]',
        'show instead how slow, failed, timed-out, exported and pool-starved queries are counted; with --url: make trouble ' +
          'there until Ctrl-C or until someone ends its session, to practise a run-book (default: blocked)',
      ).choices(Object.keys(TROUBLES)),
    )
    .hook('preAction', (command) => {
      const { faults, url } = command.opts<Options>();
      if (typeof faults === 'string' && !url) command.error(`error: --faults ${faults} has an effect only with --url.`);
    });
}

import { Command, Option } from 'commander';
import { RATIO_TOLERANCE } from './mix';
import { concurrencyOf, queriesOf, slowRatioOf, thresholdOf, urlOf, type Options } from './options';

const DEFAULT_THRESHOLD_MS = 100;

export function commandLine(): Command {
  return new Command('demo')
    .description(
      'Drives the service through HTTP until it has made so many database statements, some of them slow because they wait for ' +
        'locks, and compares what PostgreSQL counted with what the metrics of the service say. Exits with 1 when they differ.',
    )
    .option('--queries <number>', 'SELECT, INSERT, UPDATE and DELETE statements, at least', queriesOf, 1_000)
    .option('--slow-ratio <share>', `share of them that is slow, to within ${RATIO_TOLERANCE}`, slowRatioOf, 0.1)
    .option('--concurrency <number>', 'requests at one time', concurrencyOf, 4)
    .option('--slow-threshold <ms>', 'from which on the service calls a query slow', thresholdOf, DEFAULT_THRESHOLD_MS)
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
    )
    .hook('preAction', refuseStrayOptions);
}

/** Options that describe the service of `--url`. */
const ofRunningService = ['managementUrl', 'databaseUrl', 'token'] as const;

function refuseStrayOptions(command: Command): void {
  const options = command.opts<Options>();
  const stray = options.url ? undefined : ofRunningService.find((name) => options[name] !== undefined);
  if (!stray) return;
  const flag = stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  command.error(`error: --${flag} has an effect only with --url.`);
}

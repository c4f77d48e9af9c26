import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../command-line';

const MAX_QUERIES = 10_000_000;
const MAX_CONCURRENCY = 64;

export interface DemoOptions {
  readonly queries: number;
  readonly concurrency: number;
  readonly url?: string;
  readonly managementUrl?: string;
  readonly token?: string;
}

export function urlOf(...protocols: readonly string[]): (text: string) => string {
  return (text) => {
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
    throw new InvalidArgumentError(
      `Expected a URL that starts with ${protocols.map((name) => `${name}//`).join(' or ')}.`,
    );
  };
}

/** The command with the options that say how many requests it sends, and where. */
export function demoCommand(description: string): Command {
  const httpUrl = urlOf('http:', 'https:');
  return new Command('demo')
    .description(description)
    .option(
      '--queries <number>',
      'minimum number of SELECT, INSERT, UPDATE and DELETE statements',
      wholeNumber(1, MAX_QUERIES),
      1_000,
    )
    .option('--concurrency <number>', 'number of concurrent requests', wholeNumber(1, MAX_CONCURRENCY), 4)
    .addHelpText('after', '\nWithout --url it starts its own service and database, and removes both at the end.')
    .addOption(
      new Option(
        '--url <url>',
        'send the requests to this service, which must have no other users, as fast as its rate limit allows; the orders stay ' +
          'in its database',
      ).argParser(httpUrl),
    )
    .addOption(
      new Option('--management-url <url>', 'with --url: the address of its metrics, if different').argParser(httpUrl),
    )
    .option('--token <jwt>', 'with --url: the access token (default: signed by the running development issuer)')
    .hook('preAction', (command) => refuseStrayOptions(command));
}

function refuseStrayOptions(command: Command): void {
  const options = command.opts<Readonly<Record<string, unknown>>>();
  const stray = ['managementUrl', 'databaseUrl', 'token'].find((name) => options[name] !== undefined);
  if (options.url !== undefined || !stray) return;
  const flag = stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  command.error(`error: --${flag} has an effect only with --url.`);
}

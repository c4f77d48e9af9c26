import { Command, InvalidArgumentError, Option } from 'commander';
import { signForRunningService } from '../src/infrastructure/auth/development-issuer';
import { run } from './command-line';
import { developmentScopes } from './development-scopes';

const DEFAULT_PORT = 3_000;

/** Scopes as RFC 6749 writes them: printable words without blanks, quotes and backslashes. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

function portOf(text: string): number {
  // PORT= in the environment is the same as no PORT.
  if (text === '') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port: a whole number from 1 to 65535.');
}

function subjectOf(text: string): string {
  if (text === '' || text.includes('\0')) throw new InvalidArgumentError('Expected a name.');
  return text;
}

function scopesOf(text: string): string[] {
  const scopes = text.split(/[\s,]+/).filter(Boolean);
  if (scopes.every((scope) => scopeToken.test(scope))) return scopes;
  throw new InvalidArgumentError('Expected words separated by blanks or commas.');
}

interface Options {
  readonly subject: string;
  readonly scope: readonly string[];
  readonly port: number;
}

void run(
  new Command('token')
    .description('Prints an access token for the service that runs on this machine with its development issuer.')
    .option('--subject <name>', 'who the token is for', subjectOf, 'customer-1')
    .addOption(
      new Option('--scope <words>', 'what it allows beyond what any token does; "" for nothing')
        .argParser(scopesOf)
        .default(developmentScopes, developmentScopes.join(' ') || 'nothing'),
    )
    .addOption(
      new Option('--port <number>', 'the port of the service').env('PORT').argParser(portOf).default(DEFAULT_PORT),
    )
    .action(async ({ subject, scope, port }: Options) => {
      console.log(await signForRunningService(port, { subject, scopes: scope }));
    }),
  Error,
);

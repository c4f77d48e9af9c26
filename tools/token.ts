import { Command, InvalidArgumentError, Option } from 'commander';
import { connect } from 'node:net';
import { publishedPorts, signForRunningService } from '../src/infrastructure/auth/development-issuer';
import { CommandError, run } from './command-line';
import { developmentScopes } from './development-scopes';

const DEFAULT_PORT = 3_000;

/** Scopes as RFC 6749 writes them: printable words without blanks, quotes and backslashes. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Represents the port of the service that runs. */
const ANY_PORT = 0;

function portOf(text: string): number {
  // PORT= in the environment is the same as no PORT.
  if (text === '') return ANY_PORT;
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

/** @returns the port of the one that runs, or the default if it is one of several */
async function findPort(): Promise<number> {
  const ports = await publishedPorts();
  const listening = await Promise.all(ports.map(isListening));
  const running = ports.filter((_, index) => listening[index]);
  if (running.length <= 1 || running.includes(DEFAULT_PORT)) return running.length === 1 ? running[0]! : DEFAULT_PORT;
  throw new CommandError(
    `Several services run: choose one with --port ${running.sort((a, b) => a - b).join(', or ')}.`,
  );
}

/** A service that was killed has left its key. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' });
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
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
      new Option('--port <number>', 'the port of the service')
        .env('PORT')
        .argParser(portOf)
        .default(ANY_PORT, 'that of the service that runs'),
    )
    .action(async ({ subject, scope, port }: Options) => {
      console.log(await signForRunningService(port === ANY_PORT ? await findPort() : port, { subject, scopes: scope }));
    }),
  Error,
);

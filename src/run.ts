import type { Logger } from 'pino';
import { PortError } from './application/shared/port-errors';
import type { Configuration } from './infrastructure/config/configuration';
import { UnusableDatabaseError } from './infrastructure/database/connect';
import { toPortError } from './infrastructure/database/driver-errors';
import { reasonOfFailure } from './infrastructure/database/failure-reason';
import { MigrationError } from './infrastructure/database/migrate';
import { QUERY_TIMING_PAGE } from './infrastructure/management/page-access';
import { Service } from './service';

/** A Ctrl-C may arrive several times, from the terminal and from a parent process. Signals within this window count as one. */
const DUPLICATE_SIGNAL_WINDOW_MS = 500;
/** After the service has stopped, something may still hold the process: a full pipe at its standard error, a forgotten timer. */
const MAX_END_DELAY_MS = 2_000;

/**
 * Those that end the service. Without a handler, SIGHUP would end the requests in progress: a terminal that is closed sends it, and
 * systemd, with `SendSIGHUP`, right after SIGTERM.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs the service until one of these signals. The process then ends by itself, or two seconds later if something holds it. */
export async function run(configuration: Configuration, logger: Logger): Promise<void> {
  const service = new Service(configuration, logger);
  const starting = new AbortController();
  let started = false;
  let stoppingSince = 0;

  const stop = (signal: NodeJS.Signals): void => {
    if (stoppingSince > 0) {
      if (signal === 'SIGINT' && performance.now() - stoppingSince > DUPLICATE_SIGNAL_WINDOW_MS) {
        process.exit(130);
      }
      return;
    }
    stoppingSince = performance.now();
    logger.info(signal === 'SIGINT' ? 'shutting down; press Ctrl-C again to force' : 'shutting down');
    starting.abort(new Error('stopped while starting'));
    // A start that is under way notices the abort and undoes what it has begun.
    if (!started) return;
    // At a terminal there is no traffic to drain; an orchestrator needs the time to route requests elsewhere.
    void service.stop(signal === 'SIGINT' ? 0 : configuration.http.drainMs).then(end);
  };
  const end = (): void => {
    logger.info('stopped');
    endSoon();
  };
  for (const signal of SIGNALS) process.on(signal, stop);

  try {
    await service.start(starting.signal);
  } catch (error) {
    if (starting.signal.aborted) return end();
    reportFailedStart(error, logger);
    process.exitCode = 1;
    return endSoon();
  }
  started = true;
  const { url, managementUrl } = service;
  logger.info(`API      ${url}/api/v1`);
  if (configuration.http.docs) logger.info(`docs     ${url}/docs`);
  logger.info(`health   ${managementUrl}/health/ready`);
  logger.info(`metrics  ${managementUrl}/metrics`);
  if (configuration.queryTiming.page) logger.info(`queries  ${managementUrl}${QUERY_TIMING_PAGE}`);
}

function endSoon(): void {
  setTimeout(() => process.exit(), MAX_END_DELAY_MS).unref();
}

/** An expected failure is one line that says what is wrong; a stack trace is for bugs. */
function reportFailedStart(error: unknown, logger: Logger): void {
  const line = lineOf(error);
  if (line === undefined) logger.fatal({ err: error }, 'The service failed to start.');
  else logger.fatal(line);
}

/** Listening includes looking up the name of the host. */
const LISTENING = new Set<unknown>(['listen', 'getaddrinfo']);

function lineOf(error: unknown): string | undefined {
  const isOneLine = error instanceof UnusableDatabaseError || error instanceof MigrationError;
  if (isOneLine || LISTENING.has((error as NodeJS.ErrnoException).syscall)) return (error as Error).message;
  // It was there a moment ago: it has been lost since, or has no more connections for this role.
  if (toPortError(error) instanceof PortError) return `The database cannot be used: ${reasonOfFailure(error)}.`;
  return undefined;
}

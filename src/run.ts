import type { Logger } from 'pino';
import type { Configuration } from './infrastructure/config/configuration';
import { UnusableDatabaseError } from './infrastructure/database/connect';
import { EmbeddedPostgresError } from './infrastructure/database/embedded-postgres';
import { MigrationError } from './infrastructure/database/migrate';
import { Service } from './service';

/**
 * npm passes a Ctrl-C on that the terminal has sent to the service as well: what arrives together is one wish to stop.
 */
const SAME_WISH_MS = 500;
const PARENT_CHECK_MS = 500;

/** Runs the service until it is told to stop. The process ends by itself, once nothing is left to do. */
export async function run(configuration: Configuration, logger: Logger): Promise<void> {
  const service = new Service(configuration, logger);
  const starting = new AbortController();
  let started = false;
  let stoppingSince = 0;

  const stop = (signal: NodeJS.Signals): void => {
    if (stoppingSince > 0) {
      if (signal === 'SIGINT' && Date.now() - stoppingSince > SAME_WISH_MS) {
        service.killNow();
        process.exit(130);
      }
      return;
    }
    stoppingSince = Date.now();
    logger.info(signal === 'SIGINT' ? 'stopping; once more to stop at once' : 'stopping');
    starting.abort(new Error('stopped while starting'));
    // A start under way notices, and undoes what it had begun.
    if (!started) return;
    // Somebody at the terminal waits for nobody; an orchestrator needs the time to send its requests elsewhere.
    void service.stop(signal === 'SIGINT' ? 0 : configuration.http.drainMs).then(() => logger.info('stopped'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (process.env.npm_lifecycle_event) whenOrphaned(() => stop('SIGTERM'));

  try {
    await service.start(starting.signal);
  } catch (error) {
    if (starting.signal.aborted) return logger.info('stopped');
    reportFailedStart(error, logger);
    process.exitCode = 1;
    return;
  }
  started = true;
  const { url, managementUrl } = service;
  logger.info(`API      ${url}/api/v1`);
  if (configuration.http.docs) logger.info(`docs     ${url}/docs`);
  logger.info(`health   ${managementUrl}/health/ready`);
  logger.info(`metrics  ${managementUrl}/metrics`);
}

/**
 * npm hands a SIGTERM to the shell that it has put between itself and the service; the shell dies of it and passes nothing
 * on. To a service that npm has started, the loss of its parent is that SIGTERM.
 */
function whenOrphaned(then: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, PARENT_CHECK_MS);
  timer.unref();
}

/** Whoever starts the service reads what is wrong, not where in the code it was noticed; only of a bug we know no more. */
function reportFailedStart(error: unknown, logger: Logger): void {
  const expected =
    error instanceof UnusableDatabaseError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof MigrationError ||
    (error as NodeJS.ErrnoException).syscall === 'listen';
  if (expected) logger.fatal((error as Error).message);
  else logger.fatal({ err: error }, 'The service cannot start.');
}

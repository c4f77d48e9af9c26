import { isThenable } from '../model/thenable';
import { consoleLogger } from './console-logger';
import { LogEntry } from './log-entry';

/**
 * The destination of log lines; Nest's `Logger`, pino, winston and `console` fit. Each entry is an object with a `message`
 * and fields; printed by `util.inspect` or turned into a string, as text loggers do, it is one readable line.
 */
export interface QueryTimingLogger {
  warn(entry: object): void;
  /** For what is worth knowing. A logger without it is asked for `log`, as Nest's `Logger` has it. */
  info?(entry: object): void;
  debug?(entry: object): void;
}

/** Logs something about the library itself. What the logger refuses goes to the standard error. Never throws. */
export function warn(logger: QueryTimingLogger, message: string, fields: object = {}): void {
  const entry = entryOf(message, fields);
  attempt(() => logger.warn(entry), entry);
}

/** The same at level INFO. Without `info` and `log`, nothing is logged. */
export function inform(logger: QueryTimingLogger, message: string, fields: object = {}): void {
  const entry = entryOf(message, fields);
  attempt(() => {
    const { log } = logger as { log?: (entry: object) => unknown };
    return typeof logger.info === 'function' ? logger.info(entry) : log?.call(logger, entry);
  }, entry);
}

function entryOf(message: string, fields: object): LogEntry {
  return new LogEntry(message, { operation: 'DB_QUERY_TIMING', ...fields });
}

function attempt(write: () => unknown, entry: object): void {
  const useStandardError = () => {
    try {
      consoleLogger.warn(entry);
    } catch {
      // There is nowhere left to report it.
    }
  };
  try {
    const written = write();
    if (isThenable(written)) written.then(undefined, useStandardError);
  } catch {
    useStandardError();
  }
}

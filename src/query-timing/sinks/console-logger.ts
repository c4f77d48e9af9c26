import type { QueryTimingLogger } from './slow-query-log';

/** Writes one JSON line per entry to the standard error, for applications without a logger. */
export const consoleLogger: QueryTimingLogger = {
  warn: (entry) => write('warn', entry),
  debug: (entry) => write('debug', entry),
};

function write(level: string, entry: object): void {
  process.stderr.write(`${JSON.stringify({ level, ...entry })}\n`);
}

import type { QueryTimingLogger } from './slow-query-log';

/** One JSON line an entry on the standard error, where there is no logger at hand. */
export const consoleLogger: QueryTimingLogger = {
  warn: (entry) => write('warn', entry),
  debug: (entry) => write('debug', entry),
};

function write(level: string, entry: object): void {
  process.stderr.write(`${JSON.stringify({ level, ...entry })}\n`);
}
